"""A repeated query parameter is refused by name, because it is unclear which value counts."""

import pytest

from tests.support.desk.desk import SignIn
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usage?start_date=2026-01-01&start_date=2026-01-02", "start_date"),
        ("/usage/export?format=csv&format=csv", "format"),
        ("/teams/some-team/usage?key=a&key=b", "key"),
        ("/audit?changed_by=false&changed_by=false&end_date=", "changed_by"),
        ("/provisioning/preview?user=jane&user=bob", "user"),
    ],
)
async def test_a_repeated_parameter_is_refused(sign_in: SignIn, path: str, name: str) -> None:
    jane = await sign_in("jane")
    assert_problem(await jane.get(path), 422, "invalid-request", param=name)


async def test_a_secret_used_as_a_parameter_name_is_not_repeated(sign_in: SignIn) -> None:
    answer = await (await sign_in("jane")).get("/usage?sk-0123456789abcdef=1&sk-0123456789abcdef=2")
    assert_problem(answer, 422, "invalid-request", param="a parameter")
    assert "sk-0123456789" not in answer.text
