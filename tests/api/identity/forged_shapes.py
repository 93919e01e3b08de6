"""Credentials that are not shaped like a signed token, or have too many parts."""

from tests.api.identity.forged_user_tokens import Forger
from tests.unit.auth.backstage_stand_in import BackstageStandIn
from tests.unit.auth.tokens import base64url

SHAPES: dict[str, Forger] = {
    "a word": lambda _: "jane",
    "a static token": lambda _: "static-python-token-0123456789",
    "two parts": lambda b: b.user_token().rpartition(".")[0],
    "four parts": lambda b: f"{b.user_token()}.e30",
    "an encrypted token, five parts": lambda b: f"{_header(b)}.e30.e30.e30.e30",
    "padding": lambda b: b.user_token().replace(".", "=.", 1),
    "a token of 17 KB": lambda b: b.user_token(uip="x" * 17_000),
    "a token of 1 MB": lambda b: f"{_header(b)}.{base64url(b'x' * 750_000)}.e30",
}


def _header(backstage: BackstageStandIn) -> str:
    return backstage.user_token().split(".")[0]
