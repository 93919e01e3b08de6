"""Requests that the OpenAPI document allows, and many that it does not, by every kind of caller.

No 500, no undocumented response. KEYDESK_FUZZ_EXAMPLES is the number of requests for each operation and caller, valid
and not; in `make long` an operation has one caller and few of them.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from keydesk.app import API
from tests.api.matrix.callers import PEOPLE
from tests.api.matrix.test_matrix import TABLE
from tests.fuzz.conftest import EXAMPLES, FUZZING, ServedDesk
from tests.support.desk.odd_dates import NO_TIMES

# Keydesk draws the jitter of its retries in a thread of this process.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
CALLERS = ["anonymous", *PEOPLE]
OPERATIONS = sorted(TABLE)
PAIRS = [
    (operation, caller)
    for number, operation in enumerate(OPERATIONS)
    for caller in (CALLERS if EXAMPLES else [CALLERS[number % len(CALLERS)]])
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SECONDS = 10
"""A response that takes longer is a hang."""
STATUSES: Counter[int] = Counter()


@pytest.fixture(scope="session")
def schema(served_desk: ServedDesk) -> Any:
    document = requests.get(f"{served_desk.url}{API}/openapi.json", timeout=SECONDS).json()
    return schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def say_dates(case: Case[Any], no_time: str) -> None:
    """Replace the dates and times of a request: the document describes them only as strings."""
    days = {parameter.name for parameter in case.operation.query if parameter.name.endswith("_date")}
    if days:
        case.query = {**(case.query or {}), **dict.fromkeys(days, no_time)}
    if isinstance(case.body, dict) and "expectedUpdatedAtIso" in case.body:
        case.body["expectedUpdatedAtIso"] = no_time


@pytest.mark.parametrize(("operation", "caller"), PAIRS)
def test_an_operation_responds_as_documented(
    schema: Any, served_desk: ServedDesk, session: requests.Session, operation: str, caller: str
) -> None:
    method, _, path = operation.partition(" ")
    documented = schema[f"{API}{path}"][method]
    token = served_desk.tokens[caller]
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    @given(
        st.one_of([documented.as_strategy(mode) for mode in GenerationMode]),
        st.none() | st.sampled_from(NO_TIMES),
    )
    @FUZZING
    def check(case: Case[Any], no_time: str | None) -> None:
        if no_time is not None:
            say_dates(case, no_time)
        # requests would decode a path and follow redirects, but the bytes must arrive unchanged.
        answer = case.call(
            base_url=served_desk.url,
            session=session,
            headers=headers,
            timeout=SECONDS,
            allow_redirects=False,
        )
        STATUSES[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    check()


def test_every_status_occurred(record_property: Any) -> None:
    """The requests were not all alike."""
    record_property("fuzz figures", dict(STATUSES))
    assert {200, 401, 404, 422} <= STATUSES.keys()
