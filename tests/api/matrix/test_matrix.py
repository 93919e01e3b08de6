"""Every route responds to every kind of caller as `expected.yaml` says, and no route is missing there."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from keydesk.app import API
from tests.api.matrix.conftest import MakeObjects, MakeRequest, Tokens
from tests.api.matrix.requests import Objects, call_of, path_of
from tests.support.desk.desk import Desk

pytestmark = pytest.mark.anyio
TABLE: dict[str, list[Any]] = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text())
CALLERS: list[str] = TABLE.pop("CALLERS")


@dataclass(frozen=True)
class Cell:
    operation: str
    caller: str
    status: int


CELLS = [
    pytest.param(Cell(operation, caller, status), id=f"{caller} {operation}")
    for operation, row in TABLE.items()
    for caller, status in zip(CALLERS, row, strict=True)
]


def test_the_table_has_every_kind_of_caller() -> None:
    assert CALLERS == [
        "anonymous", "service", "stranger", "member", "owner", "other_admin", "admin", "auditor",
    ]  # fmt: skip


async def test_every_route_has_a_row_and_every_row_a_route(operations: set[str]) -> None:
    assert operations - TABLE.keys() == set(), "routes without a row: say in expected.yaml who may call them"
    assert TABLE.keys() - operations == set(), "rows without a route"


@pytest.fixture
async def objects(
    make_objects: MakeObjects, make_request: MakeRequest, shared_objects: Objects, cell: Cell
) -> Objects:
    """The objects of one request, new ones if it may change them."""
    if cell.status >= 400 or "{" not in cell.operation:
        return shared_objects
    if "{request_id}" in cell.operation:
        return replace(shared_objects, request_id=await make_request())
    return await make_objects()


@pytest.mark.parametrize("cell", CELLS)
async def test_the_response_matches_the_table(
    matrix_desk: Desk, tokens: Tokens, objects: Objects, cell: Cell
) -> None:
    method, path = path_of(cell.operation, objects)
    headers = {"Authorization": f"Bearer {token}"} if (token := tokens[cell.caller]) else {}
    sent = call_of(cell.operation, objects)
    answer = await matrix_desk.http.request(method, f"{API}{path}", headers=headers, **sent)
    assert answer.status_code == cell.status, answer.text
    assert str(cell.status) in documented_answers(matrix_desk, cell.operation)


def documented_answers(desk: Desk, operation: str) -> dict[str, Any]:
    method, _, path = operation.partition(" ")
    answers: dict[str, Any] = desk.app.openapi()["paths"][f"{API}{path}"][method.lower()]["responses"]
    return answers
