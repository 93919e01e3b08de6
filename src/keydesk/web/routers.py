"""All pages of the portal, in one router."""

from fastapi import APIRouter

import keydesk.web.admin.routes
import keydesk.web.audit.routes
import keydesk.web.catalogue.routes
import keydesk.web.pages
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.sign_in
import keydesk.web.teams.changing
import keydesk.web.teams.membership
import keydesk.web.teams.objects
import keydesk.web.teams.routes
import keydesk.web.usage.routes

portal = APIRouter()
for part in (keydesk.web.sign_in, keydesk.web.provider, keydesk.web.preferences, keydesk.web.pages):
    portal.include_router(part.router)
portal.include_router(keydesk.web.provider.back_channel)
for part in (
    keydesk.web.usage.routes,
    keydesk.web.teams.changing,
    keydesk.web.teams.membership,
    keydesk.web.teams.objects,
    keydesk.web.teams.routes,
    keydesk.web.catalogue.routes,
    keydesk.web.audit.routes,
    keydesk.web.admin.routes,
):
    portal.include_router(part.router)
