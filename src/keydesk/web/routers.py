"""The routers of all portal pages, in the order of matching."""

import keydesk.web.admin.routes
import keydesk.web.audit.routes
import keydesk.web.catalogue.routes
import keydesk.web.home
import keydesk.web.keys.changing
import keydesk.web.keys.creating
import keydesk.web.keys.deleting
import keydesk.web.keys.key_page
import keydesk.web.keys.pages
import keydesk.web.keys.selected
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.refreshing.routes
import keydesk.web.sign_in
import keydesk.web.teams.changing
import keydesk.web.teams.membership
import keydesk.web.teams.objects
import keydesk.web.teams.routes
import keydesk.web.teams.stopping
import keydesk.web.usage.routes

PARTS = (
    keydesk.web.sign_in,
    keydesk.web.provider,
    keydesk.web.preferences,
    keydesk.web.home,
    keydesk.web.keys.pages,
    keydesk.web.keys.selected,
    keydesk.web.keys.creating,
    keydesk.web.keys.deleting,
    keydesk.web.keys.changing,
    keydesk.web.keys.key_page,
    keydesk.web.usage.routes,
    keydesk.web.refreshing.routes,
    keydesk.web.teams.changing,
    keydesk.web.teams.stopping,
    keydesk.web.teams.membership,
    keydesk.web.teams.objects,
    keydesk.web.teams.routes,
    keydesk.web.catalogue.routes,
    keydesk.web.audit.routes,
    keydesk.web.admin.routes,
)
ROUTERS = (*(part.router for part in PARTS), keydesk.web.provider.back_channel)
