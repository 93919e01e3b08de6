"""Keydesk, the services around it, the people, and the account settings of the configuration."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.peers.litellm import RecordedLiteLLM
from tests.support.upstream.making import Person
from tests.unit.auth.peers import StillClock

POWER_USERS = "ai-power-users"
ORDINARY_BUDGET, POWER_BUDGET = 25.0, 75.0
PROVISIONING: dict[str, Any] = {
    "defaults": {"max_budget": ORDINARY_BUDGET, "metadata": {"tier": "ordinary"}},
    "roles": [
        {"group": f"group:default/{POWER_USERS}", "max_budget": POWER_BUDGET, "metadata": {"tier": "power"}}
    ],
}


@dataclass(frozen=True)
class Town:
    """Jane is a power user and bob an ordinary one. `token_of` creates tokens of the identity provider."""

    desk: Desk
    litellm: RecordedLiteLLM
    clock: StillClock
    token_of: Callable[[str], str] = field(repr=False)

    def arrives(self, name: str, token: str | None = None) -> Visitor:
        """Return a person with a new token, possibly without an account."""
        return Visitor(self.desk.http, Person(name, f"{name}@example.com"), token or self.token_of(name))

    async def knows(self, name: str) -> Visitor:
        """Return a person with an account. Creating it is not recorded."""
        visitor = self.arrives(name)
        await visitor.read("/user/info")
        self.litellm.forget()
        return visitor


def told_to_come_back(answer: httpx2.Response, slug: str = "directory-unavailable") -> int:
    """Check that the response is only a retryable error. Return the seconds to wait."""
    assert_problem(answer, 503, slug)
    seconds = int(answer.headers["retry-after"])
    assert 0 < seconds <= 60
    return seconds
