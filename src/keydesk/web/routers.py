"""All pages of the portal, in one router."""

from fastapi import APIRouter

import keydesk.web.pages
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.sign_in

portal = APIRouter()
for part in (keydesk.web.sign_in, keydesk.web.provider, keydesk.web.preferences, keydesk.web.pages):
    portal.include_router(part.router)
portal.include_router(keydesk.web.provider.back_channel)
