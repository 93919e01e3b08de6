"""A key desk, the peers around it, and the people who come; at their head what the configuration wants of accounts."""

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
    """Jane is a power user, bob an ordinary one; `token_of` makes tokens of whoever signs people in here."""

    desk: Desk
    litellm: RecordedLiteLLM
    clock: StillClock
    token_of: Callable[[str], str] = field(repr=False)

    def arrives(self, name: str, token: str | None = None) -> Visitor:
        """Somebody with a new token, and possibly without an account."""
        return Visitor(self.desk.http, Person(name, f"{name}@example.com"), token or self.token_of(name))

    async def knows(self, name: str) -> Visitor:
        """Somebody with an account; what it took to get it is not recorded."""
        visitor = self.arrives(name)
        await visitor.read("/user/info")
        self.litellm.forget()
        return visitor


def told_to_come_back(answer: httpx2.Response, slug: str = "directory-unavailable") -> int:
    """Check that nothing but time is wrong, and return how many seconds of it."""
    assert_problem(answer, 503, slug)
    seconds = int(answer.headers["retry-after"])
    assert 0 < seconds <= 60
    return seconds
