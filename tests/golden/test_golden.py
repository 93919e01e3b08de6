"""Keydesk's responses to a fixed script.

Exact on the sandbox, and by shape on a real LiteLLM. `pytest tests/golden --update` writes the responses again.
"""

from typing import Any

import pytest
import yaml

from keydesk.app import API
from tests.golden.normalising import Normaliser
from tests.golden.playing import FOLDER, Exchange, Play, calls_of, script
from tests.golden.shapes import disagreements

pytestmark = pytest.mark.anyio
ANSWERS = FOLDER / "answers"
Answers = dict[str, list[Exchange]]


async def played(play: Play) -> Answers:
    """The whole script with its normalized responses."""
    names = {play.words[name]: name for name in ("jane", "bob", "newbie", "platform")}
    normaliser = Normaliser(names | {play.words["run"]: ""})
    return {name: normaliser.of(await play.section(steps)) for name, steps in script().items()}


def golden() -> Answers:
    """The committed responses."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(ANSWERS.glob("*.yaml"))}


def written(answers: Answers) -> dict[str, str]:
    return {
        name: yaml.safe_dump(
            exchanges, sort_keys=False, width=110, default_flow_style=None, allow_unicode=True
        )
        for name, exchanges in answers.items()
    }


async def test_the_responses_are_unchanged(sandbox_play: Play, pytestconfig: pytest.Config) -> None:
    found = await played(sandbox_play)
    if pytestconfig.getoption("--update"):
        for name, text in written(found).items():
            (ANSWERS / f"{name}.yaml").write_text(text)
    committed = golden()
    assert found.keys() == committed.keys()
    for name, exchanges in found.items():
        assert exchanges == committed[name], name


async def test_every_route_is_in_the_script(sandbox_play: Play) -> None:
    paths: dict[str, Any] = sandbox_play.desk.app.openapi()["paths"]
    routes = {f"{method.upper()} {path.removeprefix(API)}" for path in paths for method in paths[path]}
    assert routes - set(calls_of(script())) == set()


@pytest.mark.real_litellm
async def test_a_real_litellm_leads_to_the_same_statuses_and_shapes(real_play: Play) -> None:
    found, committed = await played(real_play), golden()
    different = [
        f"{name} {step} {each['request']['call']}{where}"
        for name, exchanges in found.items()
        for step, (each, expected) in enumerate(zip(exchanges, committed[name], strict=True))
        for where in _differences(each, expected)
    ]
    assert different == []


def _differences(found: Exchange, expected: Exchange) -> list[str]:
    if found["answer"]["status"] != expected["answer"]["status"]:
        return [f": {found['answer']['status']} instead of {expected['answer']['status']}"]
    return list(disagreements(found["answer"].get("body"), expected["answer"].get("body")))
