"""While LiteLLM is away, the forms of a team are shown again with what was typed and what happened."""

from collections.abc import AsyncIterator

import pytest

from tests.api.pages.conftest import Office, expected_of, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@pytest.fixture
async def cached_desk(surroundings: Surroundings, scene: Scene) -> AsyncIterator[Desk]:
    settings = settings_for_pages(surroundings, scene)
    cache = settings.cache.model_copy(update={"fresh_seconds": 60.0, "outage_seconds": 600.0})
    async with open_desk(settings.model_copy(update={"cache": cache})) as desk:
        yield desk


@pytest.fixture
async def olga(cached_desk: Desk, office: Office) -> PortalVisitor:
    return await Office(cached_desk, office.scene, office.stack).welcome("olga")


async def test_every_form_of_a_team_keeps_what_was_typed(
    office: Office, olga: PortalVisitor, control: SandboxControl
) -> None:
    team_id = await office.team_of(olga)
    where, typed = f"/teams/{team_id}", unique("Typed")
    form = {"team_alias": typed, "models": ["gpt-4o"], "max_budget": "44", "budget_duration": "30d"}
    for path in ("/teams", "/models"):  # these fill the cache
        assert (await olga.get(path)).status_code == 200
    expected = expected_of((await olga.get(f"{where}/edit")).text)
    with control.fault("/", error_rate=1.0):
        for path, fields, title in (
            ("/teams", form, "No team was created."),
            (f"{where}/edit", form | {"expected": expected}, "Nothing was changed."),
            (f"{where}/members", {"person": typed, "budget": "3"}, "No member was added."),
        ):
            answer = await olga.post(path, at="/sign-in", **fields)
            assert answer.status_code >= 500, path
            assert title in answer.text, path
            assert f'value="{typed}"' in answer.text, path


async def test_a_choice_whose_names_are_unknown_is_kept_for_later(
    office: Office, olga: PortalVisitor, control: SandboxControl
) -> None:
    where = f"/teams/{await office.team_of(olga)}/knowledge-bases"
    with control.fault("/", error_rate=1.0):
        answer = await olga.post(where, at="/sign-in", given=["handbook"])
    assert answer.status_code >= 500
    assert "What you typed is kept." in answer.text
    assert f'href="{where}"' in answer.text
