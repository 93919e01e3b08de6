"""What a browser keeps while its person is at the provider, sealed so that it can neither be read nor made up."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from keydesk.kit.clock import Clock

LIFETIME = timedelta(minutes=10)
_ALGORITHMS = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class SignInState:
    """`state`, `nonce` and `verifier` are what OAuth calls so; `path` is where the person wanted to go."""

    state: str
    nonce: str
    verifier: str
    path: str


class SealedStates:
    """The key is the same on every replica, so that a sign-in may end on another one than it began."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def seal(self, state: SignInState) -> str:
        ends = int((self._clock() + LIFETIME).timestamp())
        return jwt.encode(_ALGORITHMS, {**asdict(state), "exp": ends}, self._key, registry=_REGISTRY)

    def open(self, sealed: str | None) -> SignInState | None:
        """None for what was not sealed here, or more than ten minutes ago."""
        try:
            claims: dict[str, Any] = jwt.decode(sealed or "", self._key, registry=_REGISTRY).claims
            if claims.pop("exp") <= self._clock().timestamp():
                return None
            return SignInState(**claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None


_REGISTRY = jwe.JWERegistry(algorithms=list(_ALGORITHMS.values()))
