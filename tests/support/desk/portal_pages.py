"""The portal's pages, read from its routers."""

from fastapi.routing import APIRoute

from keydesk.web.keys.listing import KEYS
from keydesk.web.routers import ROUTERS

LEAVING = "/sign-out"
"""Not included, because it ends the session that the next request needs."""
_ROUTES = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path != LEAVING
]
PAGES = sorted((method, route.path) for route in _ROUTES for method in route.methods or ())
"""The method and path of each."""
QUERIES = {str(query.alias) for route in _ROUTES for query in route.dependant.query_params} | {
    *("q", "sort", "rows", "page", "col", "next"),
    *(each.name for each in KEYS.filters),
}
"""Their query parameters."""
