"""Two Keydesks with one database and one sandbox gateway, driven step by step by a synchronous state machine."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from keydesk.cache.cache import EVERYTHING
from keydesk.leaks.models import Leak, Source
from tests.property.machine.oracle import LONGEST_DAYS, USUAL_DAYS
from tests.property.machine.request_oracle import SECOND_ABOVE
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.managing import DATA_TEAM, GRANTS, RULES, people
from tests.support.desk.people import NAMES, PLATFORM_TEAM, Scene
from tests.support.desk.sandbox_control import sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import Person

REPLICAS = 2
WILDCARDS = {"local/*": "basic", "local/secret": "premium"}
"""Models in addition to those of the sandbox, each with its access group."""


@dataclass
class World:
    """`steps` counts the actions of every machine, and `refusals` those that were correctly refused."""

    portal: BlockingPortal = field(repr=False)
    desks: list[Desk]
    gateway: httpx2.Client = field(repr=False)
    scenes: Iterator[Scene] = field(repr=False)
    steps: int = 0
    refusals: int = 0

    def ask(
        self, scene: Scene, name: str, replica: int, method: str, path: str, **sent: Any
    ) -> httpx2.Response:
        """Send a request of one of the scene's people to one of the replicas."""
        visitor = self._visitor(scene, name, replica)
        return self.portal.call(lambda: visitor.call(method, path, **sent))

    def ask_together(self, scene: Scene, name: str, calls: list[tuple[str, str]]) -> list[httpx2.Response]:
        """Send parallel requests, to the replicas in turn."""
        visitors = [self._visitor(scene, name, number % REPLICAS) for number in range(len(calls))]

        async def answers() -> list[httpx2.Response]:
            asked = (visitor.call(*call) for visitor, call in zip(visitors, calls, strict=True))
            return await asyncio.gather(*asked)

        return self.portal.call(answers)

    def _visitor(self, scene: Scene, name: str, replica: int) -> Visitor:
        desk = self.desks[replica]
        token = desk.app.state.services.demo_tokens.issue(scene.ref(name))
        return Visitor(desk.http, Person(scene.user_id(name), scene.email(name)), token)

    def in_litellm(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """Make a call in LiteLLM itself, as an administrator."""
        return self.gateway.request(method, path, **sent).raise_for_status()

    def report_leak(self, replica: int, secret: str) -> None:
        """Report a leaked key to one of the replicas."""
        reports = self.desks[replica].app.state.services.leaks.reports
        self.portal.call(reports.report, Leak(SecretStr(secret), Source.COMMAND))

    def end_grants(self, replica: int, key_ids: list[str]) -> None:
        """Let the larger budgets of these keys end now, and run the job on one of the replicas."""
        services = self.desks[replica].app.state.services
        store = services.requests.grants.store

        async def end() -> None:
            for key_id in key_ids:
                grant = await store.find(f"key_budget:{key_id}")
                await store.run([store.putting(replace(grant, ends_at=services.clock()))])
            await services.settle_requests.apply()

        self.portal.call(end)

    def time_goes_by(self) -> None:
        """Advance the clock so that the replicas read from LiteLLM again."""
        for desk in self.desks:
            self.portal.call(desk.app.state.services.cache.drop, {EVERYTHING})


@contextmanager
def world_over(upstream: Upstream, database_url: str, scenes: int) -> Iterator[World]:
    """Start both replicas. Their directory has this many scenes, which are reused."""
    cast = [Scene(f"s{number}") for number in range(scenes)]
    settings = Surroundings(upstream, database_url).settings(
        litellm={
            "team_admin": RULES | {"allow_team_delete": True},
            "audit": {"group": PLATFORM_TEAM},
            "key_generation": {"service_keys": True},
            "key_lifetimes": {"longest": f"{LONGEST_DAYS}d", "default": f"{USUAL_DAYS}d"},
        },
        requests={
            "enabled": True,
            "approver_groups": [PLATFORM_TEAM, DATA_TEAM],
            "kinds": ["key_budget", "team_membership", "key_lifetime"],
            "second_approval_above_usd": SECOND_ABOVE,
        },
        # Both have a cache: the test also checks that neither returns the state before a change.
        cache={"fresh_seconds": 3600.0, "outage_seconds": 3600.0},
        grants=GRANTS | {"litellm.key.reset_spend": [PLATFORM_TEAM]},
        directory={"people": [entry for scene in cast for entry in people(scene)]},
    )
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal("asyncio"))
        desks = [
            stack.enter_context(portal.wrap_async_context_manager(open_desk(settings)))
            for _ in range(REPLICAS)
        ]
        gateway = stack.enter_context(sandbox_control(upstream.url, upstream.master_key))
        for name, group in WILDCARDS.items():
            add_model(gateway, name, group)
        yield World(portal, desks, gateway, cycle(cast))


def add_model(gateway: httpx2.Client, name: str, group: str) -> None:
    model = {
        "model_name": name,
        "litellm_params": {"model": f"openai/{name}", "api_key": "none"},
        "model_info": {"access_groups": [group]},
    }
    gateway.post("/model/new", json=model).raise_for_status()


__all__ = ["NAMES", "World", "world_over"]
