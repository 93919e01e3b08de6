"""Tokens that are refused. Each differs in one point from a token that is accepted."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from keydesk.kit.problems import NotSignedIn, PolicyRefused
from tests.unit.auth.tokens import published, signed_with_secret
from tests.unit.workloads.conftest import (
    AUDIENCE,
    CLAIMS,
    ISSUER,
    OMITTED,
    GitHub,
    another_key,
    elliptic_key,
    key_of_github,
)

pytestmark = pytest.mark.anyio
DAY = 24 * 3600
Spoilt = Callable[[GitHub], str]


def claims(**said: Any) -> Spoilt:
    return lambda github: github.token(**said)


def header(**members: Any) -> Spoilt:
    return lambda github: github.token(members)


def self_signed(**members: Any) -> Spoilt:
    """Return a token with a signature that only a key in the token itself verifies."""
    return lambda github: github.token(members, another_key())


def times(**late: int) -> Spoilt:
    """Return a token whose times are these seconds after now."""

    def token(github: GitHub) -> str:
        said: dict[str, Any] = {name: github.clock.timestamp + seconds for name, seconds in late.items()}
        return github.token(**said)

    return token


def rewritten(change: Callable[[str], str]) -> Spoilt:
    return lambda github: change(github.token())


def unsigned(algorithm: str) -> Spoilt:
    return lambda github: github.token({"alg": algorithm}).rpartition(".")[0] + "."


def with_the_public_key_as_secret(github: GitHub) -> str:
    members = {"typ": "JWT", "alg": "HS256", "kid": "github-1"}
    return signed_with_secret(key_of_github().as_pem(private=False), members, github.claims())


def with_the_claims_of_another_token(github: GitHub) -> str:
    first, second = github.token().split("."), github.token(run_id="4712").split(".")
    return ".".join([first[0], second[1], first[2]])


def with_a_claim_twice(github: GitHub) -> str:
    return github.signed(b'{"repository":"acme/other",' + json.dumps(github.claims()).encode()[1:])


def encrypted(github: GitHub) -> str:
    registry = jwe.JWERegistry(algorithms=["dir", "A256GCM"])
    members = {"alg": "dir", "enc": "A256GCM"}
    return jwe.encrypt_compact(members, github.token(), OctKey.generate_key(256), registry=registry)


NOT_VALID: dict[str, Spoilt] = {
    "signed by another key": self_signed(),
    "the claims of another token": with_the_claims_of_another_token,
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "no alg": header(alg=OMITTED),
    "HS256 with the public key": with_the_public_key_as_secret,
    "an algorithm that is not listed": header(alg="RS512"),
    "another algorithm than that of the signature": header(alg="PS256"),
    "an algorithm of another kind of key": header(alg="ES256"),
    "the id of another key": header(kid=elliptic_key().kid),
    "an unknown key id": header(kid="github-9"),
    "no key id": header(kid=OMITTED),
    "a number as key id": header(kid=1),
    "another issuer": claims(iss="https://gitlab.example.com"),
    "an issuer with a trailing slash": claims(iss=f"{ISSUER}/"),
    "an issuer in capitals": claims(iss=ISSUER.upper()),
    "an issuer with a user": claims(iss=ISSUER.replace("://", "://me@")),
    "an issuer below another domain": claims(iss=f"{ISSUER}.example.com"),
    "an issuer with a lookalike letter": claims(iss=ISSUER.replace("a", "\u0430")),
    "an issuer with a path": claims(iss=f"{ISSUER}/acme"),
    "a list as issuer": claims(iss=[ISSUER]),
    "no issuer": claims(iss=OMITTED),
    "another audience": claims(aud="https://github.com/acme"),
    "an audience with a trailing slash": claims(aud=f"{AUDIENCE}/"),
    "two audiences": claims(aud=[AUDIENCE, "https://other.example.com"]),
    "the audience twice": claims(aud=[AUDIENCE, AUDIENCE]),
    "an empty list of audiences": claims(aud=[]),
    "an audience within a list": claims(aud=[[AUDIENCE]]),
    "no audience": claims(aud=OMITTED),
    "expired": times(exp=-21),
    "no expiration": claims(exp=OMITTED),
    "an expiration as text": claims(exp="4000000000"),
    "true as expiration": claims(exp=True),
    "not valid yet": times(nbf=21),
    "issued in the future": times(iat=21),
    "valid for more than a day": times(exp=DAY + 60),
    "valid for a million years": times(exp=2**45),
    "no time of issue": claims(iat=OMITTED),
    "null as time of issue": claims(iat=None),
    "no subject": claims(sub=OMITTED),
    "an empty subject": claims(sub=""),
    "a list as subject": claims(sub=[CLAIMS["sub"]]),
    "a subject of two lines": claims(sub="repo:acme/shop\nrepo:other"),
    "a subject that is too long": claims(sub="x" * 256),
    "a number as token id": claims(jti=7),
    "oversize": claims(padding="x" * 17_000),
    "a nested token": header(cty="JWT"),
    "a token as content": lambda github: github.signed(github.token().encode()),
    "a list as content": lambda github: github.signed(b"[]"),
    "a claim twice": with_a_claim_twice,
    "an encrypted token": encrypted,
    "a dot at the end": rewritten(lambda token: f"{token}."),
    "a fourth part": rewritten(lambda token: f"{token}.e30"),
    "a dot at the start": rewritten(lambda token: f".{token}"),
    "a space at the end": rewritten(lambda token: f"{token} "),
    "padding in a part": rewritten(lambda token: token.replace(".", "=.", 1)),
    "nothing": rewritten(lambda _: ""),
    "an access token": header(typ="at+jwt"),
    "a logout token": header(typ="logout+jwt"),
    "a list as type": header(typ=["JWT"]),
    "an embedded key": self_signed(jwk=published(another_key())["keys"][0]),
    "the URL of a key set": self_signed(jku="https://evil.example.com/keys"),
    "the URL of a certificate": self_signed(x5u="https://evil.example.com/cert"),
    "an embedded certificate": header(x5c=["MIIB"]),
    "a critical extension": header(crit=["exp"]),
    "content that is not encoded": header(b64=False),
    "bound to a key of its sender": claims(cnf={"jkt": "x"}),
}
NOT_ACCEPTED: dict[str, Spoilt] = {
    "another repository": claims(repository="acme/other"),
    "the same name of another owner": claims(repository="evil/shop"),
    "a repository below another owner": claims(repository="evil/acme/shop"),
    "a repository in capitals": claims(repository="Acme/Shop"),
    "a repository with a lookalike letter": claims(repository="\u0430cme/shop"),
    "another branch": claims(ref="refs/heads/dev"),
    "a branch that starts with the name": claims(ref="refs/heads/main-2"),
    "a tag": claims(ref="refs/tags/main"),
    "a pull request": claims(ref="refs/pull/7/merge"),
    "a branch with a line break": claims(ref="refs/heads/main\n"),
    "a list as claim": claims(repository=["acme/shop"]),
    "an object as claim": claims(repository={"acme/shop": True}),
    "a number as claim": claims(repository=1),
    "true as claim": claims(ref=True),
    "null as claim": claims(ref=None),
    "no claim": claims(ref=OMITTED),
}


async def test_the_token_itself_is_accepted(github: GitHub) -> None:
    verified = await github.tokens().verify(github.token())
    assert (verified.rule.name, verified.workload.subject, verified.run) == ("shop", CLAIMS["sub"], "4711-2")


@pytest.mark.parametrize("spoilt", NOT_VALID.values(), ids=NOT_VALID)
async def test_a_spoilt_token_is_not_valid(github: GitHub, spoilt: Spoilt) -> None:
    with pytest.raises(NotSignedIn):
        await github.tokens().verify(spoilt(github))


@pytest.mark.parametrize("other", NOT_ACCEPTED.values(), ids=NOT_ACCEPTED)
async def test_no_rule_accepts_another_job(github: GitHub, other: Spoilt) -> None:
    with pytest.raises(PolicyRefused, match="No rule for workloads"):
        await github.tokens().verify(other(github))


@pytest.mark.parametrize("wrong", [claims(iss="https://10.0.0.1"), claims(aud="other"), unsigned("none")])
async def test_nothing_is_fetched_for_such_a_token(github: GitHub, wrong: Spoilt) -> None:
    with pytest.raises(NotSignedIn):
        await github.tokens().verify(wrong(github))
    assert github.peers.asked == []


async def test_a_policy_is_not_told_without_a_valid_signature(github: GitHub) -> None:
    with pytest.raises(NotSignedIn):
        await github.tokens().verify(github.token(key=another_key(), repository="acme/other"))


async def test_a_rewritten_signature_is_the_same_token(github: GitHub) -> None:
    """The last characters of a signature have unused bits, so a copy can differ in its text."""
    token = github.token(jti=OMITTED)
    copies = [token[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"]
    names = set()
    for copy in [token, *copies]:
        try:
            names.add((await github.tokens().verify(copy)).once.name)
        except NotSignedIn:
            continue
    assert len(names) == 1


async def test_a_list_with_one_audience_is_accepted_as_of_kubernetes(github: GitHub) -> None:
    assert (await github.tokens().verify(github.token({"typ": OMITTED}, aud=[AUDIENCE]))).rule.name == "shop"


async def test_a_known_key_needs_no_further_call(github: GitHub) -> None:
    tokens = github.tokens()
    for _ in range(3):
        await tokens.verify(github.token())
    assert len(github.peers.asked) == 2
