"""All pages of the portal, in one router."""

from fastapi import APIRouter

import keydesk.web.home
import keydesk.web.keys.changing
import keydesk.web.keys.creating
import keydesk.web.keys.deleting
import keydesk.web.keys.pages
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.sign_in

portal = APIRouter()
for part in (
    keydesk.web.sign_in,
    keydesk.web.provider,
    keydesk.web.preferences,
    keydesk.web.home,
    keydesk.web.keys.pages,
    keydesk.web.keys.creating,
    keydesk.web.keys.deleting,
    keydesk.web.keys.changing,
):
    portal.include_router(part.router)
portal.include_router(keydesk.web.provider.back_channel)
