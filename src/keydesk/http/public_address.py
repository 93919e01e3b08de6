"""The address of Keydesk for people."""

from starlette.requests import Request


def public_address(request: Request, base_url: str | None) -> str:
    """Return the portal's URL, or this request's origin in a demo and behind a proxy without `baseUrl`."""
    return base_url or str(request.base_url).rstrip("/")
