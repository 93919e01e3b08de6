"""People with a name like bob's in another namespace, domain or alphabet cannot access bob's keys.

Tested through the whole service: Backstage tokens, OpenID Connect tokens, and headers of a trusted proxy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from keydesk.settings import Settings
from tests.resilience.outages.conftest import OpenDesk
from tests.resilience.outages.somebody import Somebody
from tests.support.desk.desk import Desk
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import Backstage
from tests.support.peers.litellm import RecordedLiteLLM
from tests.support.peers.oidc import AUDIENCE, Issuer
from tests.support.upstream.making import token_of as hash_of

pytestmark = pytest.mark.anyio

OTHER_NAMES = ("bob@evil.example", "bob.", "bob+1", "robert")
"""Different people whose names look like bob's."""
NO_NAMES = (
    "BOB", "Bob", "b\u00f3b", "bob\u200b", "\uff42ob", "user:default/bob", "user:other/bob", "default/bob",
    "other/bob", "bob/", "bob,jane", "../bob", "bob%40evil.example", "bob@evil.example/bob", "bob bob",
)  # fmt: skip
"""Names that no account can have. Keydesk does not normalize them."""
NO_SUBJECTS = (
    "group:default/bob", "user:default/bob ", " user:default/bob", "user:default/bob/", "user:/bob",
    "user:default/default/bob", "user:default/b\u00f3b", "user:default/bob\u200b", "user:default/bob\n",
    "user:default/", "bob", "default/bob", "other/bob", "user:bob", ["user:default/bob"], None, "",
)  # fmt: skip
"""Values that are not a full entity reference of a user."""


@dataclass(frozen=True)
class Naming:
    """With a domain, LiteLLM's user for bob is bob@example.com."""

    domain: str | None

    def account_of(self, name: str) -> str:
        return name if "@" in name or self.domain is None else f"{name}@{self.domain}"

    def in_force(self, settings: Settings) -> Settings:
        gateway = settings.litellm.model_copy(update={"user_id_domain": self.domain})
        return settings.model_copy(update={"litellm": gateway})


@pytest.fixture(params=[None, "example.com"], ids=["bob", "bob@example.com"])
def naming(request: pytest.FixtureRequest) -> Naming:
    return Naming(request.param)


@pytest.fixture
def behind_proxy(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with(
        identity={"trusted_proxy": {"networks": ["127.0.0.1/32"]}}, directory={"claims": True}
    )


async def assert_bob_is_safe(
    desk: Desk, litellm: RecordedLiteLLM, bob: Somebody, intruders: Sequence[Somebody]
) -> None:
    """Let every intruder try everything. Check the responses and the calls to LiteLLM."""
    laptop = await bobs_laptop(desk, bob)
    before = [(await bob.calls(desk, "GET", path)).json() for path in ("/user/info", "/keys")]
    account = before[0]["user_id"]
    assert account == bob.account
    for intruder in intruders:
        litellm.forget()
        async for tried, answer in intruder.tries_everything(desk, account, laptop["token"]):
            assert_is_not_bobs(intruder, tried, answer, laptop)
        for bobs in (account, laptop["key"], hash_of(laptop["key"])):
            assert litellm.naming(bobs) == [], intruder
        assert set(litellm.new_accounts) <= {intruder.account}, intruder
    assert before == [(await bob.calls(desk, "GET", path)).json() for path in ("/user/info", "/keys")]


async def bobs_laptop(desk: Desk, bob: Somebody) -> dict[str, Any]:
    answer = await bob.calls(desk, "POST", "/keys/generate", json={"alias": "bobs-laptop", "max_budget": 5.0})
    issued: dict[str, Any] = answer.json()
    assert answer.status_code == 200, issued
    return issued


def assert_is_not_bobs(
    intruder: Somebody, tried: str, answer: httpx2.Response, laptop: dict[str, Any]
) -> None:
    allowed = {intruder.refusal} if intruder.refusal else {200, 404}
    assert answer.status_code in allowed, (intruder, tried, answer.text)
    assert laptop["token"] not in answer.text, (intruder, tried)
    assert "bobs-laptop" not in answer.text, (intruder, tried)
    if not intruder.refusal and tried == "/user/info":
        assert answer.json()["user_id"] == intruder.account


async def test_through_backstage(
    on_backstage: Settings, open_at: OpenDesk, litellm: RecordedLiteLLM, backstage: Backstage, naming: Naming
) -> None:
    def bearing(name: str, token: str | None = None, **expected: Any) -> Somebody:
        return Somebody.with_token(name, token or backstage.token_of(name), **expected)

    for name in ("other/bob", "bob@example.com", *OTHER_NAMES):
        backstage.knows(name)
    intruders = [
        *(bearing(name, account=naming.account_of(name)) for name in OTHER_NAMES),
        *(bearing(str(sub), backstage.token_of("bob", sub=sub), refusal=401) for sub in NO_SUBJECTS),
        bearing("other/bob", refusal=403),
        bearing("other/bob, by a plugin", backstage.plugin_token_for("other/bob"), refusal=403),
        bearing("bob@unknown.example", refusal=403),
    ]
    if naming.domain:
        intruders.append(bearing("bob@example.com", refusal=403))

    async with open_at(naming.in_force(on_backstage)) as desk:
        bob = bearing("bob", account=naming.account_of("bob"))
        await assert_bob_is_safe(desk, litellm, bob, intruders)


async def test_through_an_issuer(
    on_issuer: Settings, open_at: OpenDesk, litellm: RecordedLiteLLM, issuer: Issuer, naming: Naming
) -> None:
    def bearing(name: str, subject: str, **expected: Any) -> Somebody:
        token = issuer.token_of("mallory", sub=subject, preferred_username=name, email=None)
        return Somebody.with_token(name, token, **expected)

    lying = issuer.token_of("carol", email="bob@example.com", email_verified=False)
    intruders = [
        *(bearing(name, f"subject of {name}", account=naming.account_of(name)) for name in OTHER_NAMES),
        *(bearing(name, f"subject of {name}", refusal=401) for name in (*NO_NAMES, " bob", "bob ")),
        bearing("bob", "the next bob", refusal=401),
        bearing("mallory", "mallory", account=naming.account_of("mallory")),
        bearing("bob", "mallory", account=naming.account_of("mallory")),
        Somebody.with_token("carol with bob's unverified address", lying, account=naming.account_of("carol")),
    ]
    if naming.domain:
        intruders.append(bearing("bob@example.com", "subject of bob@example.com", refusal=403))

    async with open_at(naming.in_force(on_issuer)) as desk:
        bob = Somebody.with_token("bob", issuer.token_of("bob"), account=naming.account_of("bob"))
        await assert_bob_is_safe(desk, litellm, bob, intruders)


async def test_through_a_trusted_proxy(
    behind_proxy: Settings, open_at: OpenDesk, litellm: RecordedLiteLLM, naming: Naming
) -> None:
    named = Somebody.named_by_proxy
    intruders = [
        *(named(name, account=naming.account_of(name)) for name in OTHER_NAMES),
        *(named(name, refusal=401) for name in NO_NAMES),
        named("bob", "bob@evil.example", refusal=401),
        named("bob@evil.example", "bob", refusal=401),
    ]
    if naming.domain:
        intruders.append(named("bob@example.com", refusal=403))

    async with open_at(naming.in_force(behind_proxy)) as desk:
        await assert_bob_is_safe(desk, litellm, named("bob", account=naming.account_of("bob")), intruders)


async def test_bob_in_another_namespace_is_another_person(
    settings_with: Callable[..., Settings], open_at: OpenDesk, litellm: RecordedLiteLLM, issuer: Issuer
) -> None:
    """An issuer for the namespace `other`, and a proxy for the default namespace."""
    elsewhere = {"issuer": issuer.issuer, "audiences": [AUDIENCE], "namespace": "other"}
    identity = {"oidc": [elsewhere], "trusted_proxy": {"networks": ["127.0.0.1/32"]}}
    other_bob = Somebody.with_token("bob", issuer.token_of("bob"), refusal=403)

    async with open_at(settings_with(identity=identity, directory={"claims": True})) as desk:
        await assert_bob_is_safe(desk, litellm, Somebody.named_by_proxy("bob", account="bob"), [other_bob])


async def test_identity_headers_of_an_untrusted_client_are_ignored(
    behind_proxy: Settings,
    settings_with: Callable[..., Settings],
    open_at: OpenDesk,
    litellm: RecordedLiteLLM,
) -> None:
    async with open_at(behind_proxy) as desk:
        laptop = await bobs_laptop(desk, Somebody.named_by_proxy("bob"))
    proxy_elsewhere = {"trusted_proxy": {"networks": ["10.0.0.0/8", "192.168.0.0/16"]}}
    async with open_at(settings_with(identity=proxy_elsewhere, directory={"claims": True})) as desk:
        litellm.forget()
        liar = Somebody.named_by_proxy("bob", refusal=401)
        async for tried, answer in liar.tries_everything(desk, "bob", laptop["token"]):
            assert_is_not_bobs(liar, tried, answer, laptop)
    assert litellm.calls == []


async def test_bobs_email_address_gives_no_access(
    on_issuer: Settings, open_at: OpenDesk, litellm: RecordedLiteLLM, issuer: Issuer
) -> None:
    bob = Somebody.with_token("bob", issuer.token_of("bob"), account="bob")
    same_address = issuer.token_of("mallory", email="bob@example.com")
    mallory = Somebody.with_token("mallory", same_address, account="mallory", refusal=409)

    async with open_at(on_issuer) as desk:
        await assert_bob_is_safe(desk, litellm, bob, [mallory])


async def test_an_existing_account_of_bob_is_given_to_nobody_else(
    on_issuer: Settings, open_at: OpenDesk, litellm: RecordedLiteLLM, issuer: Issuer
) -> None:
    """An account that the Backstage plugin created before Keydesk was installed."""
    await litellm.as_administrator(
        "/user/new",
        user_id="bob@example.com",
        auto_create_key=False,
        metadata={"backstage_entity": "user:default/bob"},
    )
    namesake = issuer.token_of("bob@example.com", email=None)
    bob = Somebody.with_token("bob", issuer.token_of("bob"), account="bob@example.com")

    async with open_at(Naming("example.com").in_force(on_issuer)) as desk:
        answer = await Somebody.with_token("bob@example.com", namesake).calls(desk, "GET", "/user/info")
        assert_problem(answer, 403, "not-an-account")
        assert (await bob.calls(desk, "GET", "/user/info")).json()["user_id"] == "bob@example.com"


async def test_unknown_plugin_names_delay_neither_people_nor_a_configured_plugin(
    on_backstage: Settings, open_at: OpenDesk, backstage: Backstage
) -> None:
    assert on_backstage.identity.backstage is not None
    known = on_backstage.identity.backstage.model_copy(update={"plugins": ("scaffolder",)})
    identity = on_backstage.identity.model_copy(update={"backstage": known})

    async with open_at(on_backstage.model_copy(update={"identity": identity})) as desk:
        for number in range(60):
            made_up = Somebody.with_token("mallory", backstage.plugin_token_of(f"made-up-{number}"))
            answer = await made_up.calls(desk, "GET", "/user/info")
            assert answer.status_code in {401, 429, 503}, answer.text
        bob = Somebody.with_token("bob", backstage.token_of("bob"))
        for_bob = Somebody.with_token("bob, by a plugin", backstage.plugin_token_for("bob"))
        for caller in (bob, for_bob):
            answer = await caller.calls(desk, "GET", "/user/info")
            assert answer.status_code == 200, answer.text
            assert answer.json()["user_id"] == "bob"
