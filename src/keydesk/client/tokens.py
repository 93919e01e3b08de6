"""The tokens of a signed-in machine, and how they are written down."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from keydesk.client.errors import ClientError

Clock = Callable[[], float]
"""Returns the Unix time in seconds."""
_MARGIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_at` is the end of the access token as a Unix time, and `person` an entity reference.

    After a sign-in at a provider, `refresh` can be empty, `person` is a name there, and `subject` the claim `sub`.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float
    person: str
    subject: str = ""

    def is_fresh(self, clock: Clock = time.time) -> bool:
        """Return whether the access token lasts for another minute."""
        return clock() < self.expires_at - _MARGIN_SECONDS

    def dumped(self) -> str:
        return json.dumps(asdict(self))


def tokens_in(answer: Mapping[str, Any], clock: Clock = time.time) -> Tokens:
    """Return the tokens of a server's answer. Raises ClientError."""
    access, refresh, seconds = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
    if not isinstance(access, str) or not isinstance(refresh, str) or not isinstance(seconds, int | float):
        raise ClientError("The server did not answer with tokens.")
    return Tokens(access, refresh, clock() + seconds, str(answer.get("person", "")))


def loaded_tokens(text: str | None) -> Tokens | None:
    """Return the tokens that `dumped` wrote, or None for any other text."""
    try:
        return Tokens(**json.loads(text or ""))
    except (ValueError, TypeError):
        return None
