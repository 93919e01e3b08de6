"""A bad request and its expected error. `ECHO` stands in values that no response may repeat."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

ECHO = "echoed-canary"
VALID_KEY: Mapping[str, Any] = {"alias": "laptop", "max_budget": 5.0}
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Case:
    """`sent` are arguments of httpx2; `param` is the field that the problem must name."""

    name: str
    sent: Mapping[str, Any] = field(repr=False)
    param: str | None = None
    status: int = 422
    slug: str = "invalid-request"
    method: str = "POST"
    path: str = "/keys/generate"

    def __str__(self) -> str:
        return self.name


def field_case(name: str, value: Any, param: str | None = None) -> Case:
    """Return a new key with a wrong value for `name`. By default the problem names that field."""
    shown = value if isinstance(value, str | int | float | bool | None) else json.dumps(value)
    return Case(f"{name}={str(shown)[:24]!r}", {"json": {**VALID_KEY, name: value}}, param=param or name)


def text_case(name: str, text: str, **answer: Any) -> Case:
    """Return a new key whose body is this text."""
    return Case(name, {"content": text.encode(), "headers": JSON}, **answer)


async def assert_refused_without_calls(
    case: Case, visitor: Visitor, control: SandboxControl
) -> httpx2.Response:
    """The request fails with its problem, which repeats nothing of it, and nothing is sent upstream."""
    control.forget()
    answer = await visitor.call(case.method, case.path, **case.sent)
    assert_problem(answer, case.status, case.slug, case.param)
    assert ECHO not in answer.text
    assert control.calls() == []
    return answer
