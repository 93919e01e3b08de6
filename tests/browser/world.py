"""Test data: the demo's people and usage, newcomers, and names that contain markup."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from keydesk.app import create_app
from keydesk.cli.demo import demo_grants, demo_people, demo_requests, demo_rules
from keydesk.settings.loading import load_settings
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.models.catalogue import DEFAULT_MODELS, Model
from keydesk_sandbox.seed import seed_demo
from tests.support.upstream.address import Upstream
from tests.support.upstream.sandbox import MASTER_KEY
from tests.support.upstream.serving import served

MARKUP = "<img src=/markup onerror=\"document.body.id='owned'\">'\"&lt;b&gt;"
"""Text that has an effect if it is not escaped in a page, an attribute or a shell."""
MALLORY = {"ref": "mallory", "display_name": f"Mallory {MARKUP}", "email": f"{MARKUP}@example.com"}
NEWCOMERS = 60
_HOSTILE_MODEL = Model(
    name=f"model {MARKUP}",
    upstream="openai/hostile",
    id="m-hostile",
    input_cost_per_token=0.00001,
    mock_response="hi",
)


@dataclass(frozen=True)
class Newcomer:
    """A person without an account that only one test uses."""

    number: int

    @property
    def user_id(self) -> str:
        return f"newcomer-{self.number:02}"

    @property
    def name(self) -> str:
        return f"Newcomer Number {self.number:02}"


def newcomers() -> Iterator[Newcomer]:
    return (Newcomer(number) for number in range(NEWCOMERS))


def _directory() -> list[dict[str, Any]]:
    known = [{"ref": each.user_id, "display_name": each.name} for each in newcomers()]
    return [*demo_people(), MALLORY, *({"email": f"{each['ref']}@example.com"} | each for each in known)]


@asynccontextmanager
async def seeded_sandbox(folder: Path) -> AsyncIterator[Upstream]:
    """The demo's gateway with an additional model whose name contains markup."""
    models = (*DEFAULT_MODELS, _HOSTILE_MODEL)
    config = SandboxConfig(database=folder / "sandbox.db", master_key=SecretStr(MASTER_KEY), models=models)
    app = create_sandbox(config)
    await seed_demo(app)
    with served(app) as url:
        yield Upstream("sandbox", url, MASTER_KEY)


@dataclass(frozen=True)
class Desks:
    """Serves Keydesks to browsers, each with its own database."""

    folder: Path
    gateway: Upstream
    stack: ExitStack = field(repr=False)

    def serve(
        self, *, fresh_seconds: float = 0.0, notices: dict[str, Any] | None = None, **litellm: Any
    ) -> str:
        """Start Keydesk with channels for notices, and changes to its `litellm` section. Return its URL.

        Tests change LiteLLM directly and read the result immediately, so the cache is off by default.
        """
        return self.stack.enter_context(served(self._desk(litellm, fresh_seconds, notices or {})))

    def _desk(self, litellm: dict[str, Any], fresh_seconds: float, notices: dict[str, Any]) -> FastAPI:
        gateway = {"base_url": self.gateway.url, "master_key": self.gateway.master_key}
        settings = load_settings(
            None,
            litellm=gateway | demo_rules() | litellm,
            grants=demo_grants(),
            requests=demo_requests(),
            database={"url": f"sqlite:///{self.folder / f'desk-{len(list(self.folder.iterdir()))}.db'}"},
            cache={"fresh_seconds": fresh_seconds},
            demo={"enabled": True},
            directory={"people": _directory()},
            notices=notices,
        )
        return create_app(settings)
