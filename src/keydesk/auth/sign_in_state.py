"""The encrypted cookie that keeps a sign-in's state while the user is at the provider."""

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
    """The OAuth parameters `state`, `nonce` and `verifier`, and the `path` to return to."""

    state: str
    nonce: str
    verifier: str
    path: str


class SealedStates:
    """Encrypts with the same key on every replica, so that a sign-in can finish on another replica."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def seal(self, state: SignInState) -> str:
        ends = int((self._clock() + LIFETIME).timestamp())
        return jwt.encode(_ALGORITHMS, {**asdict(state), "exp": ends}, self._key, registry=_REGISTRY)

    def open(self, sealed: str | None) -> SignInState | None:
        """Return the state, or None if it was not encrypted by Keydesk or is older than ten minutes."""
        try:
            claims: dict[str, Any] = jwt.decode(sealed or "", self._key, registry=_REGISTRY).claims
            if claims.pop("exp") <= self._clock().timestamp():
                return None
            return SignInState(**claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None


_REGISTRY = jwe.JWERegistry(algorithms=list(_ALGORITHMS.values()))
