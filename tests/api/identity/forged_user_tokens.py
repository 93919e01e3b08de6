"""Backstage user tokens that can be refused without any key, by their fault."""

from collections.abc import Callable
from typing import Any

from tests.unit.auth.backstage_stand_in import ISSUER, BackstageStandIn
from tests.unit.auth.tokens import Part, compact, ec_key, rsa_key, signed, signed_with_secret

Forger = Callable[[BackstageStandIn], str]

HEADER = {"typ": "vnd.backstage.user", "alg": "ES256", "kid": "user-key-1"}


def user(sub: Any = "user:default/jane", header: Any = None, **claims: Any) -> Forger:
    return lambda backstage: backstage.user_token(sub, header=header, **claims)


def forged(**header: Any) -> Forger:
    """Return a token signed with a key that its own header refers to."""
    return lambda backstage: backstage.user_token(key=ec_key("evil"), header=header)


def _bringing_its_key(backstage: BackstageStandIn) -> str:
    evil = ec_key("evil")
    return backstage.user_token(key=evil, header={"jwk": evil.as_dict(private=False)})


def timed(**seconds: float) -> Forger:
    """Return a token with times relative to now, in seconds."""

    def make(backstage: BackstageStandIn) -> str:
        now = backstage.clock.timestamp
        times: dict[str, Any] = {name: now + value for name, value in seconds.items()}
        return backstage.user_token(**times)

    return make


def good_claims(backstage: BackstageStandIn) -> dict[str, Any]:
    return {"iss": ISSUER, "sub": "user:default/jane", "aud": "backstage", **backstage.an_hour()}


def unsigned(**header: Any) -> Forger:
    return lambda backstage: compact({**HEADER, **header}, good_claims(backstage))


def hmac_over(alg: str) -> Forger:
    """Algorithm confusion: the public key, which anyone can get, is the secret of an HMAC."""

    def make(backstage: BackstageStandIn) -> str:
        return signed_with_secret(
            backstage.user_key.as_pem(private=False), {**HEADER, "alg": alg}, good_claims(backstage)
        )

    return make


def claiming(content: Part) -> Forger:
    return lambda backstage: signed(backstage.user_key, HEADER, content)


ALGORITHMS: dict[str, Forger] = {
    **{
        f"alg {spelling}": unsigned(alg=spelling)
        for spelling in ("none", "None", "NONE", "nOnE", "es256", "")
    },
    "alg none without a signature": lambda b: f"{unsigned(alg='none')(b).rpartition('.')[0]}.",
    "alg none without a last dot": lambda b: unsigned(alg="none")(b).rpartition(".")[0],
    "alg HS256 with the public key as secret": hmac_over("HS256"),
    "alg RS256, which is not allowed here": lambda b: signed(
        rsa_key("user-key-1"), {**HEADER, "alg": "RS256"}, good_claims(b)
    ),
    "alg that is a list": unsigned(alg=["ES256"]),
    "alg that is null": unsigned(alg=None),
    "no alg": lambda b: compact({"typ": HEADER["typ"], "kid": HEADER["kid"]}, good_claims(b)),
}

TYPES: dict[str, Forger] = {
    "a limited user token alone": lambda b: b.limited_token(),
    "a limited user token with an audience": lambda b: b.limited_token(aud="backstage", iss=ISSUER),
    "typ JWT": user(header={"typ": "JWT"}),
    "typ at+jwt": user(header={"typ": "at+jwt"}),
    "typ that is a number": user(header={"typ": 7}),
    "no typ": user(header={"typ": None}),
    "a user token that says it is a plugin's": user(header={"typ": "vnd.backstage.plugin"}),
}

HEADERS: dict[str, Forger] = {
    "a key of its own": _bringing_its_key,
    "a key set of its own": forged(jku="https://evil.example/keys"),
    "a certificate's address": forged(x5u="https://evil.example/certificate"),
    "a certificate": forged(x5c=["MIIB"]),
    "a jku on a genuine token": user(header={"jku": "https://evil.example/keys"}),
    "crit": user(header={"crit": ["exp"]}),
    "crit of an unknown extension": user(header={"crit": ["admin"], "admin": True}),
    "crit that is no list": user(header={"crit": 7}),
    "a payload that is not encoded": user(header={"b64": False, "crit": ["b64"]}),
    "no kid": user(header={"kid": None}),
    "an empty kid": user(header={"kid": ""}),
    "a kid that is a number": user(header={"kid": 1}),
    "a kid that is a list": user(header={"kid": ["user-key-1"]}),
    "a kid of 300 characters": user(header={"kid": "k" * 300}),
}

_SHORT = ["", "jane", "default/jane", "group:default/ops", "user:default/", "user:/jane", "user:default/a/b"]
_ODD = [" user:default/jane", "user:default/jane\n", "user:default/j\u00e1ne", "user:default/\u212aate"]

CLAIMS: dict[str, Forger] = {
    **{f"the subject {subject!r}": user(subject) for subject in (*_SHORT, *_ODD)},
    "no subject": user(None),
    "a subject that is a number": user(7),
    "a subject that is a list": user(["user:default/jane"]),
    "no audience": user(aud=None),
    "another audience": user(aud="catalog"),
    "an audience in capitals": user(aud="Backstage"),
    "an audience that is a number": user(aud=7),
    "audiences that are no texts": user(aud=["backstage", 7]),
    "no issuer": user(iss=None),
    "another issuer": user(iss="https://evil.example/api/auth"),
    "the issuer with a slash": user(iss=f"{ISSUER}/"),
    "two issuers": user(iss=[ISSUER]),
    "claims that are a list": claiming(b"[]"),
    "claims that are a token": lambda b: claiming(b.user_token().encode())(b),
    "a subject that stands twice": claiming(b'{"sub":"user:default/jane","sub":"user:default/bob"}'),
    "a number that is none": claiming(b'{"sub":"user:default/jane","exp":NaN}'),
}

TIMES: dict[str, Forger] = {
    "expired": timed(exp=-21),
    "expired in 1969": user(exp=-1),
    "no expiry": user(exp=None),
    "an expiry that is a text": user(exp="4102444800"),
    "an expiry that is true": user(exp=True),
    "an expiry beyond all calendars": user(exp=10**30),
    "an expiry of a thousand digits": user(exp=10**1000),
    "a time of issue of a thousand digits": user(iat=-(10**1000)),
    "not valid yet": timed(nbf=60),
    "a beginning that is a text": user(nbf="now"),
    "issued in the far future": timed(iat=86_400, exp=90_000),
    "no time of issue": user(iat=None),
    "a time of issue that is a list": user(iat=[1]),
    "a time of issue that is true": user(iat=True),
}
