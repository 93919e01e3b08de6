"""Which gateway and models a tool is set up with, as the API of Keydesk says."""

from dataclasses import replace

import pytest

from keydesk.cli.tool_choice import given_for
from keydesk.client.errors import ClientError, WrongUsage
from keydesk.client.machine_key import MachineKey, Wishes
from keydesk.client.session import Session
from keydesk.client.setup.plan import Given
from keydesk.client.setup.tools.all_tools import TOOLS, ToolId
from tests.api.command_line.conftest import Laptop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(laptop: Laptop) -> Session:
    return laptop.session(await laptop.sign_in().with_code())


async def given(session: Session, tool: str, model: str | None = None, team: str | None = None) -> Given:
    return await given_for(session, TOOLS[tool], Wishes(tool, team), model)


def test_every_tool_has_an_id() -> None:
    assert set(ToolId.__args__) == set(TOOLS)  # type: ignore[attr-defined] # of Literal


@pytest.mark.parametrize(("tool", "model"), [("claude-code", "claude-sonnet"), ("codex", "gpt-4o-mini")])
async def test_the_cheapest_suitable_model_is_chosen(session: Session, tool: str, model: str) -> None:
    found = await given(session, tool)
    assert found.model == model
    assert found.gateway == (await session.get("/config"))["baseUrl"].rstrip("/")
    assert found.command[-3:] == ("token", "--for", tool)


async def test_another_profile_is_in_the_command(session: Session) -> None:
    session.profile = replace(session.profile, name="work")
    assert (await given(session, "codex")).command[-2:] == ("--profile", "work")


async def test_only_models_for_chat_are_offered(session: Session) -> None:
    offered = {model.name for model in (await given(session, "opencode")).models}
    catalogue = {model["model_name"]: model["mode"] for model in await session.get("/models")}
    assert {"gpt-4o", "claude-sonnet"} <= offered
    assert not {name for name in offered if catalogue[name] == "embedding"}


async def test_a_model_of_the_person_can_be_chosen(session: Session) -> None:
    assert (await given(session, "codex", "gpt-4o")).model == "gpt-4o"
    for other in ("gpt-9", "gpt-*", "{env:HOME}", "a\nb"):
        with pytest.raises(WrongUsage):
            await given(session, "codex", other)


async def test_an_unknown_team_is_refused(session: Session) -> None:
    with pytest.raises(ClientError, match="keydesk teams"):
        await given(session, "codex", team="nobodys")


async def test_a_key_that_a_file_holds_has_an_end(session: Session, laptop: Laptop) -> None:
    keys = MachineKey(laptop.home, session, laptop.http)
    await keys.secret(Wishes("opencode", duration="30d"))
    await keys.secret(Wishes("codex"))
    ends = {key["key_alias"].split()[-2]: key["expires_at"] for key in await session.get("/keys")}
    assert ends["opencode"] is not None
    assert ends["codex"] is None


async def test_a_revoked_key_of_a_tool_names_the_command_for_a_new_one(
    session: Session, laptop: Laptop
) -> None:
    keys = MachineKey(laptop.home, session, laptop.http)
    await keys.secret(Wishes("codex"))
    (key,) = await session.get("/keys")
    await session.post(f"/keys/{key['token']}/block")
    with pytest.raises(ClientError, match="keydesk token --for codex --new"):
        await keys.secret(Wishes("codex"))
