"""URLs and methods that do not exist, and invalid ids."""

import pytest

from tests.api.bad_input.cases import ECHO, Case, assert_refused_without_calls
from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

NOWHERE = [
    *["/nowhere", f"/{ECHO}", "/keys/key_x/y", "/keys/key_x/nothing", "/user", "/team/x", "/keys//block"],
    *["/%00", "/%2e%2e/secret", "/keys%2Fgenerate%2Fx", "/key/generate", "/user/new", "/sandbox/calls"],
]
WRONG_METHODS = [
    *[
        ("PUT", "/keys"),
        ("POST", "/keys"),
        ("DELETE", "/keys"),
        ("GET", "/keys/generate"),
        ("GET", "/teams/x"),
    ],
    *[("PATCH", "/keys/key_x/update"), ("GET", "/keys/key_x/block"), ("POST", "/user/info")],
    *[("POST", "/usage"), ("POST", "/health"), ("GET", "/demo/sign-in"), ("TRACE", "/keys")],
]
ODD_IDS = [
    *["%20", "%09", "%2e", "%2e%2e", "%00", "a%00b", "%0a", "%7f", "%ff", "a%2Cb", "a,b", "%252F"],
    *["%E2%80%AE", "%F0%9F%94%91", "a%2Fb", "%3Cscript%3E", "*", "%25", "a+b", "a&user_id=bob", "a%3Fx=y"],
]


@pytest.mark.parametrize("path", NOWHERE)
async def test_an_unknown_url_is_not_found(path: str, jane: Visitor, control: SandboxControl) -> None:
    case = Case(path, {}, status=404, slug="not-found", method="GET", path=path)
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
async def test_a_wrong_method_gets_the_allowed_methods(
    method: str, path: str, jane: Visitor, control: SandboxControl
) -> None:
    case = Case(path, {}, status=405, slug="method-not-allowed", method=method, path=path)
    answer = await assert_refused_without_calls(case, jane, control)
    assert answer.headers["allow"]
    assert method not in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(
    ("method", "path", "param"),
    [
        ("POST", "/keys/{}/block", "key_id"),
        ("POST", "/keys/{}/unblock", "key_id"),
        ("POST", "/keys/{}/reset_spend", "key_id"),
        ("DELETE", "/keys/{}", "key_id"),
        ("GET", "/teams/{}/usage", "team_id"),
    ],
)
async def test_a_very_long_id_is_refused(
    method: str, path: str, param: str, olga: Visitor, control: SandboxControl
) -> None:
    case = Case(path, {}, param, method=method, path=path.format(ECHO * 300))
    await assert_refused_without_calls(case, olga, control)


@pytest.mark.parametrize("what", ["block", "unblock"])
@pytest.mark.parametrize("odd", ODD_IDS)
async def test_an_invalid_key_id_is_not_found_and_changes_nothing(
    odd: str, what: str, alice: Visitor, control: SandboxControl
) -> None:
    control.forget()
    assert_problem(await alice.call("POST", f"/keys/{odd}/{what}"), 404, "not-found")
    assert control.writes() == []


@pytest.mark.parametrize("odd", ODD_IDS)
async def test_an_invalid_team_id_is_refused_and_changes_nothing(
    odd: str, alice: Visitor, control: SandboxControl
) -> None:
    control.forget()
    answer = await alice.call("GET", f"/teams/{odd}/usage")
    assert answer.status_code in {404, 422}
    slug = {404: "not-found", 422: "invalid-request"}[answer.status_code]
    assert_problem(answer, answer.status_code, slug, answer.json().get("param"))
    assert control.writes() == []
