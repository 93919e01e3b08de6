"""The encrypted cookie that keeps a sign-in's state while the user is at the provider."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from keydesk.auth.sealed_claims import SealedClaims
from keydesk.kit.clock import Clock

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignInState:
    """The OAuth parameters `state`, `nonce` and `verifier`, and the `path` to return to.

    `machine` is the id of the request to sign in a machine that this sign-in is for, if any.
    """

    state: str
    nonce: str
    verifier: str
    path: str
    machine: str | None = None


class SealedStates:
    """Encrypts with the same key on every replica, so that a sign-in can finish on another replica."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._sealed = SealedClaims(key, clock, LIFETIME)

    def seal(self, state: SignInState) -> str:
        return self._sealed.seal(asdict(state))

    def open(self, sealed: str | None) -> SignInState | None:
        """Return the state, or None if it was not encrypted by Keydesk or is older than ten minutes."""
        claims = self._sealed.open(sealed)
        try:
            return None if claims is None else SignInState(**claims)
        except TypeError:
            return None
