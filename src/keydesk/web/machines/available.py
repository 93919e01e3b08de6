"""Who is signed in to the portal in this browser, and the paths of the pages."""

import hashlib

from fastapi import Request

from keydesk.api.dependencies import own_address
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.web.rendering import csrf_basis

DEVICE, AUTHORIZE, MACHINES, MCP = "/device", "/oauth/authorize", "/machines", "/mcp"


def person_in_browser(request: Request) -> Person:
    """Return the person who is signed in to the portal in this browser.

    A bearer token is refused, so that a stolen access token cannot sign in further machines.
    """
    principal = request.scope.get("principal")
    if not isinstance(principal, Person) or "session" not in request.scope:
        raise PolicyRefused(message("Open this page in a browser in which you are signed in to Keydesk."))
    return principal


def browser_of(request: Request) -> str:
    """Return a fingerprint of the browser session, from the secret of its CSRF tokens."""
    return hashlib.sha256(f"keydesk/machines/{csrf_basis(request)}".encode()).hexdigest()


def issuer_of(request: Request) -> str:
    """Return the issuer of the machines' tokens."""
    return own_address(request)


def resources_of(request: Request) -> tuple[str, ...]:
    """Return the resources for which clients can ask (RFC 8707): the MCP server, or all of Keydesk."""
    address = own_address(request)
    return (f"{address}{MCP}", address, f"{address}/")
