"""Tokens that are valid except for the signature or the key that it names."""

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.api.identity.forged_user_tokens import Forger, user
from tests.unit.auth.backstage_stand_in import BackstageStandIn
from tests.unit.auth.tokens import base64url, ec_key, signature_of

BOB = "user:default/bob"


def resigned(backstage: BackstageStandIn, signature: bytes) -> str:
    return f"{backstage.user_token().rpartition('.')[0]}.{base64url(signature)}"


def _changed(backstage: BackstageStandIn) -> str:
    made = signature_of(backstage.user_token())
    return resigned(backstage, bytes([made[0] ^ 1]) + made[1:])


def _in_der(backstage: BackstageStandIn) -> str:
    content, _, _ = (token := backstage.user_token()).rpartition(".")
    made = signature_of(token)
    return (
        f"{content}.{base64url(encode_dss_signature(int.from_bytes(made[:32]), int.from_bytes(made[32:])))}"
    )


def _bobs_claims(backstage: BackstageStandIn) -> str:
    header, _, proof = backstage.limited_token().split(".")
    return f"{header}.{backstage.limited_token(BOB).split('.')[1]}.{proof}"


SIGNATURES: dict[str, Forger] = {
    "a truncated signature": lambda b: b.user_token()[:-4],
    "half a signature": lambda b: resigned(b, signature_of(b.user_token())[:32]),
    "a changed signature": _changed,
    "a signature of zeros": lambda b: resigned(b, bytes(64)),
    "a signature in another encoding": _in_der,
    "a longer signature": lambda b: resigned(b, signature_of(b.user_token()) + b"x"),
    "another token's signature": lambda b: resigned(b, signature_of(b.user_token(BOB))),
    "the proof of a limited token": lambda b: resigned(b, signature_of(b.limited_token())),
    "another key under the same id": lambda b: b.user_token(key=ec_key("user-key-1")),
    "a user token signed by a plugin": lambda b: b.user_token(key=b.plugin_key, header={"kid": "user-key-1"}),
    "a plugin token signed with the user key": lambda b: b.plugin_token(
        key=b.user_key, header={"kid": "scaffolder-key-1"}
    ),
}

ON_BEHALF: dict[str, Forger] = {
    "on behalf of bob, signed by the plugin": lambda b: b.plugin_token(
        obo=b.limited_token(BOB, key=b.plugin_key, header={"kid": "user-key-1"})
    ),
    "on behalf of bob, signed by anybody": lambda b: b.plugin_token(
        obo=b.limited_token(BOB, key=ec_key("user-key-1"))
    ),
    "on behalf of bob, with jane's proof": lambda b: b.plugin_token(obo=_bobs_claims(b)),
    "on behalf of jane, too late": lambda b: b.plugin_token(obo=b.limited_token(exp=b.clock.timestamp - 60)),
    "on behalf of a group": lambda b: b.plugin_token(obo=b.limited_token("group:default/ops")),
    "on behalf of nobody": lambda b: b.plugin_token(obo=b.limited_token(None)),
}

_KEY_IDS = [
    "junk",
    "../../../etc/passwd",
    "' OR 1=1 --",
    "user-key-1\x00",
    "user-key-1 ",
    "https://evil.example",
]

UNKNOWN_KEYS: dict[str, Forger] = {
    **{f"the key id {kid!r}": user(header={"kid": kid}) for kid in _KEY_IDS},
    "a user token with a plugin's key": lambda b: b.user_token(key=b.plugin_key),
    "on behalf of jane with a junk key": lambda b: b.plugin_token(
        obo=b.limited_token(header={"kid": "junk"})
    ),
    "a plugin token with a junk key": lambda b: b.plugin_token(header={"kid": "junk"}),
}
