"""Requests that policy refuses are refused to every kind of caller, as `policy.yaml` says, and change nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from keydesk.app import API
from tests.api.matrix.conftest import Tokens
from tests.api.matrix.requests import Objects, path_of
from tests.api.matrix.test_matrix import CALLERS
from tests.support.desk.desk import Desk
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]
TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "policy.yaml").read_text())


@dataclass(frozen=True)
class Attempt:
    caller: str
    operation: str
    body: dict[str, Any]
    origin: str | None
    status: int


def test_both_tables_have_the_same_callers() -> None:
    assert TABLE["CALLERS"] == CALLERS


ATTEMPTS = [
    pytest.param(
        Attempt(
            caller, row["request"]["operation"], row["request"]["json"], row["request"].get("origin"), status
        ),
        id=f"{caller}: {name}",
    )
    for name, row in TABLE.items()
    if name != "CALLERS"
    for caller, status in zip(CALLERS, row["answers"], strict=True)
]


@pytest.fixture(scope="module")
async def before(matrix_desk: Desk, tokens: Tokens, shared_objects: Objects) -> tuple[Any, Any]:
    """What the owner sees before all attempts."""
    del shared_objects  # They must exist.
    return await seen_by_owner(matrix_desk, tokens)


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_the_attempt_is_refused(
    *,
    matrix_desk: Desk,
    tokens: Tokens,
    shared_objects: Objects,
    before: tuple[Any, Any],
    attempt: Attempt,
) -> None:
    method, path = path_of(attempt.operation, shared_objects)
    token = tokens[attempt.caller]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Origin": attempt.origin} if attempt.origin else {}
    body = dict(attempt.body)
    if attempt.operation == "POST /keys/generate":
        body.setdefault("alias", unique("key"))
    answer = await matrix_desk.http.request(method, f"{API}{path}", headers=headers, json=body)
    assert answer.status_code == attempt.status, answer.text
    assert await seen_by_owner(matrix_desk, tokens) == before


async def seen_by_owner(desk: Desk, tokens: Tokens) -> tuple[Any, Any]:
    owner = desk.stranger(tokens["owner"])
    return await owner.read("/keys"), await owner.read("/teams")
