"""All pages of the portal: their routers in the order in which they are asked."""

import keydesk.web.home
import keydesk.web.keys.changing
import keydesk.web.keys.creating
import keydesk.web.keys.deleting
import keydesk.web.keys.pages
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.sign_in

PARTS = (
    keydesk.web.sign_in,
    keydesk.web.provider,
    keydesk.web.preferences,
    keydesk.web.home,
    keydesk.web.keys.pages,
    keydesk.web.keys.creating,
    keydesk.web.keys.deleting,
    keydesk.web.keys.changing,
)
ROUTERS = (*(part.router for part in PARTS), keydesk.web.provider.back_channel)
