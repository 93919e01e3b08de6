"""Exchanges the token of a job for a key (RFC 8693), and passes the key on without showing it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.server import Server
from keydesk.client.workload_token import WorkloadToken

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:jwt"  # noqa: S105 - a name
_PAUSES = (2.0, 5.0)
"""Seconds before each further try while the server or GitHub is not available."""
_REPLACED = ("ANTHROPIC_API_KEY", "OPENAI_API_BASE")
"""Variables of the environment that would win over those below."""


@dataclass(frozen=True, slots=True)
class WorkloadKey:
    """A key for a job. `gateway` is the address at which it works, for `expires_in` seconds."""

    secret: str = field(repr=False)
    expires_in: int
    gateway: str
    alias: str
    models: tuple[str, ...]

    def variables(self) -> dict[str, str]:
        """Return the variables that SDKs and coding tools read."""
        return {
            "OPENAI_API_KEY": self.secret,
            "OPENAI_BASE_URL": f"{self.gateway}/v1",
            "ANTHROPIC_AUTH_TOKEN": self.secret,
            "ANTHROPIC_BASE_URL": self.gateway,
        }

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a command that uses the key."""
        return {name: value for name, value in environ.items() if name not in _REPLACED} | self.variables()


@dataclass(frozen=True, slots=True)
class KeyExchange:
    server: Server
    token: WorkloadToken
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def key(self, audience: str) -> WorkloadKey:
        """Return a new key. Tries again a few times while the server or GitHub is not available.

        Raises ClientError if the server refuses the token, with the reason that it gives.
        """
        for seconds in _PAUSES:
            try:
                return await self._exchanged(audience)
            except Unavailable:
                await self.pause(seconds)
        return await self._exchanged(audience)

    async def _exchanged(self, audience: str) -> WorkloadKey:
        fields = {
            "grant_type": _GRANT_TYPE,
            "subject_token": await self.token.read(audience),
            "subject_token_type": _TOKEN_TYPE,
        }
        return _key_in(await self.server.send_form(f"{self.server.address}/oauth/token", fields))


def _key_in(answer: Mapping[str, Any]) -> WorkloadKey:
    """Return the key in an answer. Raises ClientError for any other answer: its texts become variables of a shell."""
    secret, gateway, seconds = (answer.get(name) for name in ("access_token", "gateway", "expires_in"))
    is_key = isinstance(secret, str) and secret.isascii() and secret.isprintable() and " " not in secret
    if not is_key or not isinstance(seconds, int) or not _is_address(gateway):
        raise ClientError("The server did not answer with a key.")
    models = answer.get("models")
    named = tuple(map(str, models)) if isinstance(models, list) else ()
    return WorkloadKey(str(secret), seconds, str(gateway).rstrip("/"), str(answer.get("key_alias")), named)


def _is_address(value: Any) -> bool:
    is_text = isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
    return is_text and urlsplit(value).scheme in {"https", "http"}


def write_to_github(file: Path, variables: Mapping[str, str]) -> None:
    """Add variables to the file of GitHub Actions for the next steps of the job. Raises ClientError."""
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.writelines(f"{name}={value}\n" for name, value in variables.items())
    except OSError as error:
        raise ClientError(f"{file} cannot be written: {error.strerror}.") from None
