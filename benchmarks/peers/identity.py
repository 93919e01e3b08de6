"""Identity providers: a Backstage with a catalog, and an OpenID Connect provider.

Both are the stand-ins of the tests. They sign real tokens, and a warm request does not call them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from keydesk.kit.clock import utc_now
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.peers.oidc import AUDIENCE, Issuer
from tests.support.peers.server import running_server
from tests.unit.auth.peers import StillClock

GROUPS = 5
"""Groups of the person. Each has its own parent."""
_LIFETIME_SECONDS = 3600


@dataclass(frozen=True)
class Provider:
    """`token` belongs to the person. `more` are the sections of a configuration that accepts it."""

    token: str = field(repr=False)
    more: Mapping[str, Any] = field(repr=False)


@contextmanager
def backstage_with(name: str) -> Iterator[Provider]:
    """Run a Backstage that signs people in, lists them in its catalog and decides on permissions."""
    with running_server() as backend, running_server() as catalog:
        backstage = Backstage(StillClock(utc_now()), backend, catalog)
        backstage.knows(name, *_groups(), email=f"{name}@example.com")
        for group in _groups():
            backstage.knows_group(group, f"{group}-parent")
            backstage.knows_group(f"{group}-parent")
        more = {
            "demo": {"enabled": False},
            "identity": {"backstage": {"baseUrl": backstage.url, "issuer": ISSUER}},
            "directory": {"backstage": {"baseUrl": backstage.catalog_url, "token": CATALOG_TOKEN}},
            "permissions": {"backstage": True},
        }
        yield Provider(backstage.token_of(name), more)


@contextmanager
def openid_with(name: str) -> Iterator[Provider]:
    """Run an OpenID Connect provider whose tokens contain the person's groups."""
    with running_server() as server:
        issuer = Issuer(StillClock(utc_now()), server)
        expires_at = int(utc_now().timestamp()) + _LIFETIME_SECONDS
        more = {
            "demo": {"enabled": False},
            "identity": {"oidc": [{"issuer": issuer.issuer, "audiences": [AUDIENCE]}]},
            "directory": {"claims": True},
        }
        yield Provider(issuer.token_of(name, *_groups(), exp=expires_at), more)


def _groups() -> list[str]:
    return [f"team-{number}" for number in range(GROUPS)]
