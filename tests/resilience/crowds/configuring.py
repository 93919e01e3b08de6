"""The configuration of the Keydesk processes that many people visit."""

from typing import Any

from tests.resilience.crowds.crowd import ORDINARY_BUDGET, POWER_BUDGET, POWER_GROUP
from tests.support.desk.configuring import SECRET
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.upstream.address import Upstream


def crowd_settings(upstream: Upstream, backstage: Backstage, database_url: str) -> dict[str, Any]:
    """Return the configuration as in a file."""
    roles = [{"group": f"group:default/{POWER_GROUP}", "maxBudget": POWER_BUDGET}]
    return {
        "litellm": {
            "baseUrl": upstream.url,
            "masterKey": upstream.master_key,
            "provisioning": {"defaults": {"maxBudget": ORDINARY_BUDGET}, "roles": roles},
        },
        "secret": SECRET,
        "database": {"url": database_url},
        "server": {"timeLimitSeconds": 60},
        "identity": {"backstage": {"baseUrl": backstage.url, "issuer": ISSUER}},
        "directory": {"backstage": {"baseUrl": backstage.catalog_url, "token": CATALOG_TOKEN}},
        "permissions": {"backstage": True},
    }
