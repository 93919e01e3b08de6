"""Random input in forms and URLs of the portal, by every kind of person.

No unexpected error, no injected script. KEYDESK_FUZZ_EXAMPLES is the number of requests for each page and kind of
person; in `make long` a page has one of them.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keydesk.web
from keydesk.app import API
from tests.api.matrix.callers import PEOPLE
from tests.fuzz.conftest import EXAMPLES, FUZZING, ServedDesk
from tests.fuzz.test_document import SECONDS
from tests.support.desk.odd_dates import NO_TIMES
from tests.support.desk.portal import token_on
from tests.support.desk.portal_pages import PAGES, QUERIES
from tests.support.upstream.certificates import CERTIFICATES

pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")

STRANGER = "anonymous"
CALLERS = [STRANGER, *PEOPLE]
PAIRS = [
    (method, path, caller)
    for number, (method, path) in enumerate(PAGES)
    for caller in (CALLERS if EXAMPLES else [CALLERS[number % len(CALLERS)]])
]
TEMPLATES = Path(keydesk.web.__file__).parent / "templates"
FIELDS = sorted(
    {name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'name="(\w+)"', file.read_text())}
    | QUERIES
)
"""The fields of all forms and URLs. Each page also gets those of others."""
SCRIPT = "<script>alert(1)</script>"
WOULD_RUN = re.compile(r"<script>alert|<img src=x|href=[\"']?javascript:", re.IGNORECASE)
ODD = [
    *["", "0", "-1", "1e999", "nan", "9" * 5000, "10", "30d", "1y", "0s", "true", "gpt-4o", "*", "member"],
    *["user:default/member", "user:default/nobody", "group:default/owning-admins", "2026-02-30"],
    *["2026-01-01", *NO_TIMES, "//evil.example", "/\\evil.example", "javascript:alert(1)"],
    *[SCRIPT, f'"{SCRIPT}', "'\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "=1+1", "\x00", "\u202e"],
]
texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
forms = st.dictionaries(st.sampled_from(FIELDS), texts | st.lists(texts, max_size=3), max_size=8)


@pytest.fixture(scope="module")
def known(served_desk: ServedDesk) -> dict[str, str]:
    """Return a key and a request of the owner and a team of the admin, by the names of the path parameters."""

    def made(person: str, path: str, **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {served_desk.tokens[person]}"}
        address = f"{served_desk.url}{API}{path}"
        answer = httpx2.post(
            address, json=body, headers=headers, timeout=SECONDS, trust_env=False, verify=CERTIFICATES
        )
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    key = made("owner", "/keys/generate", alias="fuzzed", max_budget=1.0)
    team = made("admin", "/teams", team_alias="Fuzzed", models=["gpt-4o"], max_budget=1.0)
    asked = {"kind": "key_budget", "key_id": key["token"], "max_budget": 900.0, "reason": "A project"}
    request = made("owner", "/requests", **asked)
    return {
        "key_id": key["token"],
        "team_id": team["team_id"],
        "request_id": request["id"],
        "month": "2026-01",
        "machine_id": "0" * 32,
    }


@pytest.fixture(scope="module")
def browsers(served_desk: ServedDesk) -> Iterator[dict[str, httpx2.Client]]:
    """One for each kind of person, signed in with the form."""
    with ExitStack() as stack:
        found = {}
        for name in CALLERS:
            client = httpx2.Client(
                base_url=served_desk.url, timeout=SECONDS, trust_env=False, verify=CERTIFICATES
            )
            found[name] = stack.enter_context(client)
            client.headers["Origin"] = served_desk.url
            if name != STRANGER:
                fields = {"csrf": token_on(client.get("/sign-in")), "person": name}
                assert client.post("/sign-in", data=fields).status_code == 303
        yield found


def address_of(path: str, known: dict[str, str], said: str | None) -> str:
    """Return a page's URL with existing or random objects."""

    def value(match: re.Match[str]) -> str:
        text = known[match[1]] if said is None else said
        return "".join(f"%{byte:02X}" for byte in text.encode()) or "x"

    return re.sub(r"\{(\w+)\}", value, path)


def check(answer: httpx2.Response) -> None:
    assert answer.status_code < 500, (answer.status_code, answer.text)
    assert not WOULD_RUN.search(answer.text), answer.text
    where = answer.headers.get("location", "/")
    assert where.startswith("/"), where
    assert not where.startswith(("//", "/\\")), where


@pytest.mark.parametrize(("method", "path", "caller"), PAIRS)
def test_a_page_accepts_any_input(
    browsers: dict[str, httpx2.Client], known: dict[str, str], method: str, path: str, caller: str
) -> None:
    browser = browsers[caller]
    token = token_on(browser.get("/sign-in" if caller == STRANGER else "/"))

    @given(said=st.none() | texts, sent=forms)
    @FUZZING
    def typed(said: str | None, sent: dict[str, Any]) -> None:
        address = address_of(path, known, said)
        if method == "GET":
            check(browser.get(address, params=sent))
        else:
            check(browser.request(method, address, data={**sent, "csrf": token}))

    typed()
