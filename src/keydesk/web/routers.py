"""The routers of all portal pages, in the order of matching."""

import keydesk.web.admin.adopting
import keydesk.web.admin.findings
import keydesk.web.admin.key_changes
import keydesk.web.admin.key_routes
import keydesk.web.admin.routes
import keydesk.web.agents
import keydesk.web.alerts.routes
import keydesk.web.audit.routes
import keydesk.web.calls.routes
import keydesk.web.catalogue.routes
import keydesk.web.home
import keydesk.web.keys.changing
import keydesk.web.keys.creating
import keydesk.web.keys.deleting
import keydesk.web.keys.extending
import keydesk.web.keys.key_page
import keydesk.web.keys.pages
import keydesk.web.keys.rotating
import keydesk.web.keys.selected
import keydesk.web.leak_report
import keydesk.web.machines.authorize
import keydesk.web.machines.device
import keydesk.web.machines.listing
import keydesk.web.machines.oauth
import keydesk.web.notices.preview
import keydesk.web.notices.routes
import keydesk.web.opencode
import keydesk.web.palette.routes
import keydesk.web.playground.routes
import keydesk.web.preferences
import keydesk.web.provider
import keydesk.web.refreshing.routes
import keydesk.web.requests.deciding
import keydesk.web.requests.routes
import keydesk.web.sign_in
import keydesk.web.statements.routes
import keydesk.web.statements.team_routes
import keydesk.web.teams.changing
import keydesk.web.teams.membership
import keydesk.web.teams.objects
import keydesk.web.teams.routes
import keydesk.web.teams.service_key_changes
import keydesk.web.teams.service_key_contact
import keydesk.web.teams.service_keys
import keydesk.web.teams.stopping
import keydesk.web.usage.routes

PARTS = (
    keydesk.web.sign_in,
    keydesk.web.provider,
    keydesk.web.preferences,
    keydesk.web.leak_report,
    keydesk.web.machines.device,
    keydesk.web.machines.authorize,
    keydesk.web.machines.listing,
    keydesk.web.home,
    keydesk.web.palette.routes,
    keydesk.web.playground.routes,
    keydesk.web.keys.pages,
    keydesk.web.keys.selected,
    keydesk.web.keys.creating,
    keydesk.web.keys.deleting,
    keydesk.web.keys.changing,
    keydesk.web.keys.extending,
    keydesk.web.keys.rotating,
    keydesk.web.keys.key_page,
    keydesk.web.usage.routes,
    keydesk.web.calls.routes,
    keydesk.web.refreshing.routes,
    keydesk.web.teams.changing,
    keydesk.web.teams.stopping,
    keydesk.web.teams.membership,
    keydesk.web.teams.objects,
    keydesk.web.teams.service_keys,
    keydesk.web.teams.service_key_changes,
    keydesk.web.teams.service_key_contact,
    keydesk.web.teams.routes,
    keydesk.web.requests.routes,
    keydesk.web.requests.deciding,
    keydesk.web.catalogue.routes,
    keydesk.web.audit.routes,
    keydesk.web.notices.routes,
    keydesk.web.notices.preview,
    keydesk.web.alerts.routes,
    keydesk.web.admin.findings,
    keydesk.web.admin.adopting,
    keydesk.web.admin.routes,
    keydesk.web.admin.key_routes,
    keydesk.web.admin.key_changes,
    keydesk.web.statements.routes,
    keydesk.web.statements.team_routes,
)
ROUTERS = (
    *(part.router for part in PARTS),
    keydesk.web.provider.back_channel,
    keydesk.web.machines.oauth.router,
    keydesk.web.opencode.router,
    keydesk.web.agents.router,
    keydesk.web.agents.metadata,
)
