"""In demo mode, Keydesk responds only to this machine's own names, because a foreign name may resolve to it."""

import pytest

from keydesk.app import API
from tests.support.desk.desk import Desk, OpenDesk
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

OURS = ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
FOREIGN = [
    *["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1"],
    *["0.0.0.1", "", "localhost.", "localhost@evil.example", "evil.example#localhost", "[::2]:80"],
    *["evil.example/localhost", "evil.example?localhost", "a" * 5000],
]
PATHS = [f"{API}/health", f"{API}/demo/people", f"{API}/keys", "/sign-in", "/", "/keys/new"]


@pytest.mark.parametrize("host", OURS)
async def test_local_host_names_are_accepted(desk: Desk, host: str) -> None:
    answer = await desk.http.get(f"{API}/health", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", FOREIGN, ids=lambda host: host[:30])
async def test_other_host_names_are_refused_on_every_route(
    desk: Desk, control: SandboxControl, host: str
) -> None:
    control.forget()
    for path in PATHS:
        answer = await desk.http.get(path, headers={"Host": host})
        assert_problem(answer, 403, "untrusted-origin")
        assert "evil" not in answer.text
    assert control.calls() == []


async def test_configured_host_names_do_not_apply_to_a_demo(desk_with: OpenDesk) -> None:
    async with desk_with(server={"allowed_hosts": ["evil.example"]}) as desk:
        answer = await desk.http.get(f"{API}/health", headers={"Host": "evil.example"})
        assert_problem(answer, 403, "untrusted-origin")
