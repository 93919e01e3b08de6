"""Each failure is attributed to the part that has it, with its meaning and the next command to run."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keydesk.doctor.backstage import check_backstage
from keydesk.doctor.finding import Finding, State
from keydesk.doctor.oidc import check_providers
from keydesk.kit.clock import utc_now
from keydesk.kit.http_client import HttpClient
from keydesk.settings.loading import load_settings
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.sandbox import sandbox_at
from tests.unit.auth.tokens import ec_key, published, rsa_key
from tests.unit.doctor.scripted import PAGE, Scripted, findings, scripted

NOWHERE = "http://127.0.0.1:1"
DEMO = {"demo": {"enabled": True}, "secret": "a-secret-of-at-least-32-characters"}
DISCOVERY = "/.well-known/openid-configuration"
AUTHORIZE = "/api/permission/authorize"
CATALOG = "/api/catalog/entities/by-refs"
BACKSTAGE_KEYS = "/api/auth/.well-known/jwks.json"
EC_KEYS, RSA_KEYS = published(ec_key("user-key")), published(rsa_key("realm-key"))


def assert_failed(finding: Finding, *words: str) -> None:
    assert finding.state is State.FAILED, finding
    said = f"{finding.detail} {finding.remedy}"
    assert [word for word in words if word not in said] == [], said


@pytest.fixture(scope="module")
def scripted_server() -> Iterator[Scripted]:
    with scripted() as server:
        yield server


@pytest.fixture
def other(scripted_server: Scripted) -> Scripted:
    scripted_server.answers.clear()
    return scripted_server


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    with sandbox_at(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def faults(litellm: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(litellm.url, litellm.master_key) as http:
        yield SandboxControl(http)


def about_litellm(folder: Path, url: str, key: str = "sk-canary-key") -> dict[str, Finding]:
    database = {"url": f"sqlite:///{folder / 'keydesk.db'}"}
    found = findings(litellm={"base_url": url, "master_key": key}, database=database, **DEMO)
    assert [each for each in found.values() if "canary" in f"{each.detail}{each.remedy}"] == []
    return found


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name server answers for a name that is unknown: it can be slow."""

    def getaddrinfo(host: str | bytes, *rest: Any, **options: Any) -> Any:
        if ".invalid" in str(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(host, *rest, **options)

    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.usefixtures("no_names")
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (NOWHERE, "nothing listens on 127.0.0.1:1"),
        ("http://litellm.invalid:4000", "the host name in litellm.invalid:4000 is unknown"),
    ],
)
def test_an_address_of_litellm_at_which_nothing_is(tmp_path: Path, url: str, reason: str) -> None:
    found = about_litellm(tmp_path, url)
    assert_failed(found["litellm"], reason, "litellm.baseUrl", f"curl -i {url}/health/readiness")
    assert "master key" not in found


def test_an_address_of_litellm_with_the_wrong_scheme(tmp_path: Path, litellm: Upstream) -> None:
    found = about_litellm(tmp_path, litellm.url.replace("http:", "https:"))
    assert_failed(found["litellm"], "does not speak TLS")


def test_another_server_at_the_address_of_litellm(tmp_path: Path, other: Scripted) -> None:
    other.answers["/health/readiness"] = PAGE
    assert_failed(about_litellm(tmp_path, other.url)["litellm"], "page instead of JSON", "litellm.baseUrl")
    del other.answers["/health/readiness"]
    assert_failed(about_litellm(tmp_path, other.url)["litellm"], "another server", "litellm.baseUrl")


def test_a_proxy_whose_litellm_is_away(
    tmp_path: Path, litellm: Upstream, faults: SandboxControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faults.fault("/health/readiness", error_rate=1, status=502, body="html"):
        found = about_litellm(tmp_path, litellm.url, litellm.master_key)
    assert_failed(found["litellm"], "status 502", "proxy")
    monkeypatch.setenv("HTTP_PROXY", "http://canary.example.com:3128")
    assert_failed(about_litellm(tmp_path, NOWHERE)["litellm"], "Keydesk ignores the proxy in HTTP_PROXY")


@pytest.mark.parametrize("status", [500, 503])
def test_a_database_of_litellm_that_is_away(
    tmp_path: Path, litellm: Upstream, faults: SandboxControl, status: int
) -> None:
    with faults.fault("/health/readiness", error_rate=1, status=status):
        found = about_litellm(tmp_path, litellm.url, litellm.master_key)
    assert "litellm" not in found
    assert_failed(found["litellm database"], "DATABASE_URL", "not Keydesk's database.url")
    assert found["database"].state is State.OK


def test_a_litellm_without_a_database(tmp_path: Path, other: Scripted) -> None:
    other.answers["/health/readiness"] = (200, {"status": "healthy", "db": "Not connected"})
    found = about_litellm(tmp_path, other.url)
    assert found["litellm"].state is State.OK
    assert_failed(found["litellm database"], "without a database", "DATABASE_URL")


def test_a_key_that_is_not_the_master_key(tmp_path: Path, litellm: Upstream) -> None:
    found = about_litellm(tmp_path, litellm.url)
    assert found["litellm"].state is found["litellm database"].state is State.OK
    assert_failed(found["master key"], "rejects the key", "LITELLM_MASTER_KEY", f"{litellm.url}/user/list")


def test_a_litellm_without_models(tmp_path: Path, litellm: Upstream, faults: SandboxControl) -> None:
    with faults.fault("/model/info", error_rate=1, status=500):
        found = about_litellm(tmp_path, litellm.url, litellm.master_key)
    assert_failed(found["litellm models"], "model_list", "STORE_MODEL_IN_DB")
    assert found["master key"].state is State.OK


def about_backstage(other: Scripted, folder: Path, **changes: Any) -> dict[str, Finding]:
    sections: dict[str, Any] = {
        "litellm": {"base_url": NOWHERE, "master_key": "sk-x"},
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "identity": {"backstage": {"base_url": other.url}},
        "directory": {"backstage": {"base_url": other.url, "token": "canary-token"}},
        "permissions": {"backstage": True},
    }
    return findings(**sections | changes)


@pytest.fixture
def backstage(other: Scripted) -> Scripted:
    other.answers[BACKSTAGE_KEYS] = (200, EC_KEYS)
    other.answers[CATALOG] = (200, {"items": [None]})
    other.answers[AUTHORIZE] = (401, {"error": {"name": "AuthenticationError"}})
    return other


BACKSTAGE = ("backstage keys", "backstage catalog", "permission service")


def test_a_backstage_that_works(backstage: Scripted, tmp_path: Path) -> None:
    found = about_backstage(backstage, tmp_path)
    for check in BACKSTAGE:
        assert found[check].state is State.OK, found[check]
    assert found["backstage clock"].state in {State.OK, State.WARNING}, "a busy machine answers late"


@pytest.mark.parametrize(
    ("check", "path", "answer", "words"),
    [
        (
            "backstage keys",
            BACKSTAGE_KEYS,
            (404, {}),
            ["status 404", "identity.backstage.baseUrl", "frontend"],
        ),
        ("backstage keys", BACKSTAGE_KEYS, PAGE, ["page instead of JSON", "identity.backstage.baseUrl"]),
        (
            "backstage keys",
            BACKSTAGE_KEYS,
            (200, RSA_KEYS),
            ["no usable key", "identity.backstage.algorithms"],
        ),
        ("backstage keys", BACKSTAGE_KEYS, (503, {}), ["status 503", "proxy"]),
        ("backstage catalog", CATALOG, (401, {}), ["rejects directory.backstage.token", "externalAccess"]),
        (
            "backstage catalog",
            CATALOG,
            (403, {}),
            ["rejects directory.backstage.token", "accessRestrictions"],
        ),
        (
            "backstage catalog",
            CATALOG,
            (404, {}),
            ["status 404", "directory.backstage.baseUrl", "catalog plugin"],
        ),
        ("backstage catalog", CATALOG, PAGE, ["page instead of JSON", "curl -i"]),
        ("backstage catalog", CATALOG, (200, {"items": []}), ["not requested", "version"]),
        ("permission service", AUTHORIZE, (404, {}), ["status 404", "permission backend", "grants"]),
        ("permission service", AUTHORIZE, PAGE, ["page", "permission backend"]),
    ],
)
def test_the_part_of_backstage_that_fails_is_named(
    backstage: Scripted, tmp_path: Path, *, check: str, path: str, answer: Any, words: list[str]
) -> None:
    backstage.answers[path] = answer
    found = about_backstage(backstage, tmp_path)
    assert_failed(found[check], *words)
    assert [found[each].state for each in BACKSTAGE if each != check] == [State.OK] * 2
    assert "canary" not in f"{found[check].detail}{found[check].remedy}"


def test_a_catalog_at_another_address_that_is_away(backstage: Scripted, tmp_path: Path) -> None:
    directory = {"backstage": {"base_url": NOWHERE, "token": "canary-token"}}
    found = about_backstage(backstage, tmp_path, directory=directory)
    assert_failed(found["backstage catalog"], "nothing listens", "directory.backstage.baseUrl")
    assert found["backstage keys"].state is State.OK


@pytest.mark.anyio
async def test_clocks_that_differ_from_those_of_peers(backstage: Scripted) -> None:
    backstage.answers[DISCOVERY] = (200, {})
    identity = {
        "backstage": {"base_url": backstage.url},
        "oidc": [{"issuer": backstage.url, "audiences": ["x"]}],
    }
    gateway = {"base_url": NOWHERE, "master_key": "sk-x"}
    settings = load_settings(None, litellm=gateway, identity=identity, directory={"claims": True})
    http_client = HttpClient()
    for check in (check_backstage, check_providers):
        found = [each async for each in check(settings, http_client, lambda: utc_now() + timedelta(hours=1))]
        (clock,) = [each for each in found if "clock" in each.check]
        assert_failed(clock, "differs from the clock of", "NTP")
    await http_client.aclose()


def about_oidc(issuer: str, folder: Path) -> dict[str, Finding]:
    return findings(
        litellm={"base_url": NOWHERE, "master_key": "sk-x"},
        database={"url": f"sqlite:///{folder / 'keydesk.db'}"},
        directory={"claims": True},
        portal={
            "base_url": NOWHERE,
            "sign_in": {"issuer": issuer, "client_id": "keydesk", "client_secret": "canary-secret"},
        },
    )


@pytest.fixture
def provider(other: Scripted) -> Scripted:
    document = {
        "issuer": other.url,
        "jwks_uri": f"{other.url}/keys",
        "authorization_endpoint": f"{other.url}/authorize",
        "token_endpoint": f"{other.url}/token",
    }
    other.answers |= {DISCOVERY: (200, document), "/keys": (200, RSA_KEYS)}
    other.answers["/token"] = (400, {"error": "invalid_grant"})
    return other


def test_a_provider_that_works(provider: Scripted, tmp_path: Path) -> None:
    found = about_oidc(provider.url, tmp_path)
    for check in (f"discovery of {provider.url}", f"keys of {provider.url}", "sign-in client"):
        assert found[check].state is State.OK, found[check]
    assert found["portal address"].state is State.SKIPPED


@pytest.mark.parametrize(
    ("check", "path", "answer", "words"),
    [
        ("discovery of {url}", DISCOVERY, (404, {}), ["status 404", "portal.signIn.issuer", "curl -i"]),
        ("discovery of {url}", DISCOVERY, PAGE, ["page instead of JSON", "portal.signIn.issuer"]),
        (
            "discovery of {url}",
            DISCOVERY,
            (200, {"issuer": "https://x"}),
            ["another issuer", "value of `issuer`"],
        ),
        ("discovery of {url}", DISCOVERY, (200, {"issuer": "{url}/"}), ["with a slash at the end"]),
        ("keys of {url}", "/keys", (404, {}), ["discovery document is valid", "status 404", "jwks_uri"]),
        ("keys of {url}", "/keys", (200, EC_KEYS | {"keys": []}), ["no usable key", "RS256"]),
        (
            "sign-in client",
            "/token",
            (401, {"error": "invalid_client"}),
            ["rejects the client keydesk", "clientSecret"],
        ),
        ("sign-in client", "/token", (401, {"error": "unauthorized_client"}), ["rejects the client keydesk"]),
    ],
)
def test_the_part_of_a_provider_that_fails_is_named(
    provider: Scripted, tmp_path: Path, *, check: str, path: str, answer: Any, words: list[str]
) -> None:
    if isinstance(answer, tuple) and "issuer" in answer[1]:
        answer = (answer[0], {"issuer": answer[1]["issuer"].format(url=provider.url)})
    provider.answers[path] = answer
    found = about_oidc(provider.url, tmp_path)
    assert_failed(found[check.format(url=provider.url)], *words)
    assert "canary" not in "".join(f"{each.detail}{each.remedy}" for each in found.values())
    failures = [each for each, finding in found.items() if finding.state is State.FAILED]
    assert failures == ["litellm", check.format(url=provider.url)]


def test_a_token_endpoint_that_says_nothing_about_the_client(provider: Scripted, tmp_path: Path) -> None:
    provider.answers["/token"] = (500, {})
    assert about_oidc(provider.url, tmp_path)["sign-in client"].state is State.WARNING


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((200, {"status": "ok"}), State.OK, "leads to Keydesk"),
        ((502, {}), State.WARNING, "does not reach Keydesk"),
        ((403, {"type": "urn:keydesk:problem:untrusted-origin"}), State.FAILED, "Host header"),
        (PAGE, State.FAILED, "page instead of JSON"),
    ],
)
def test_a_reverse_proxy_in_front_of_the_portal(
    provider: Scripted, tmp_path: Path, answer: Any, state: State, words: str
) -> None:
    provider.answers["/api/litellm/health/live"] = answer
    found = findings(
        litellm={"base_url": NOWHERE, "master_key": "sk-x"},
        database={"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        portal={"base_url": provider.url},
        server={"allowed_hosts": ["keys.example.com"]},
        **DEMO,
    )
    assert found["portal address"].state is state, found["portal address"]
    assert words in found["portal address"].detail
    assert found["portal host name"].state is State.WARNING
