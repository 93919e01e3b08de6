"""Signs this machine in: in its browser (RFC 8252 with PKCE), or with a code that any browser confirms (RFC 8628)."""

import asyncio
import base64
import hashlib
import os
import re
import secrets
import sys
import time
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.loopback import Callback, listening
from keydesk.client.oauth import OAuthRefused, OAuthServer
from keydesk.client.tokens import Tokens

Say = Callable[[str], None]
OpenBrowser = Callable[[str], bool]
Waiting = Callable[[float], AbstractContextManager[None]]
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOW_DOWN_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 60.0
_BROWSER_SECONDS = 300
_CODE = re.compile(r"[A-Za-z0-9-]{4,40}")


class Place(Protocol):
    """Where a person signs in: at Keydesk itself, or at a provider. `places` has both."""

    @property
    def server(self) -> OAuthServer: ...

    def callback(self, state: str, when_answered: Callable[[], object]) -> Callback:
        """Return what waits for the answer of the browser."""

    def browser_fields(self) -> dict[str, str]:
        """Return the fields of the authorization request that this place needs."""

    def device_fields(self) -> dict[str, str]:
        """Return the fields of the device authorization request that this place needs."""

    def about_page(self, page: str) -> str | None:
        """Return what people should know about a page before they enter a code there. Raises ClientError."""

    def signed_in(self, answer: Mapping[str, Any]) -> Tokens:
        """Return the tokens of the answer to a code. Raises ClientError."""


@dataclass(frozen=True)
class SignIn:
    """A sign-in at a place. `say` tells the person what to do, and `pause` waits between two polls.

    `waiting` shows that the command waits for the person, for at most these seconds.
    """

    place: Place
    say: Say
    open_browser: OpenBrowser = webbrowser.open
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    waiting: Waiting = lambda _seconds: nullcontext()

    async def with_browser(self) -> Tokens:
        """Open the browser, wait for its answer, and return the tokens. Raises ClientError.

        Shows a code if the server has no page for this, such as with a sign-in to Backstage only.
        """
        server = self.place.server
        endpoints = await server.endpoints()
        if not endpoints.authorization:
            return await self.with_code()
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        callback = self.place.callback(state, lambda: loop.call_soon_threadsafe(answered.set))
        with listening(callback):
            asked = {**self.place.browser_fields(), **_flow_fields(callback, verifier)}
            address = _with_query(endpoints.authorization, asked)
            self.say(f"Confirm the sign-in in your browser. If it does not open, visit:\n{address}")
            self.open_browser(address)
            with suppress(TimeoutError), self.waiting(_BROWSER_SECONDS):
                await asyncio.wait_for(answered.wait(), _BROWSER_SECONDS)
            fields = {"code": callback.code(), "redirect_uri": callback.address, "code_verifier": verifier}
            fields["grant_type"] = "authorization_code"
            return self.place.signed_in(await server.send_form(endpoints.token, fields))

    async def with_code(self) -> Tokens:
        """Show a code, wait until the person has confirmed it, and return the tokens. Raises ClientError."""
        endpoints = await self.place.server.endpoints()
        codes = await self.place.server.send_form(endpoints.device, self.place.device_fields())
        address, code = str(codes.get("verification_uri")), str(codes.get("user_code"))
        if not _CODE.fullmatch(code):
            raise ClientError("The server sent a code that cannot be shown.")
        if notice := self.place.about_page(address):
            self.say(notice)
        self.say(f"Open {address} in any browser, and enter this code:\n\n    {code}\n")
        seconds, interval = _seconds(codes, "expires_in", 600), _seconds(codes, "interval", 5)
        with self.waiting(seconds):
            return await self._polled(endpoints.token, str(codes.get("device_code")), seconds, interval)

    async def _polled(self, endpoint: str, code: str, seconds: float, interval: float) -> Tokens:
        fields, until = {"grant_type": _DEVICE_GRANT, "device_code": code}, time.monotonic() + seconds
        while time.monotonic() < until:
            await self.pause(interval)
            try:
                return self.place.signed_in(await self.place.server.send_form(endpoint, fields))
            except OAuthRefused as refused:
                if refused.error == "slow_down":
                    interval += _SLOW_DOWN_SECONDS
                elif refused.error == "access_denied":
                    raise ClientError("The sign-in was rejected in the browser.") from None
                elif refused.error != "authorization_pending":
                    break
            except Unavailable:  # for a moment (RFC 8628, section 3.5)
                interval = min(interval * 2, _LONGEST_PAUSE_SECONDS)
        raise ClientError("The code has expired. Run the command again.")


def has_browser() -> bool:
    """Return whether this machine can probably open a browser that its person sees."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    if sys.platform not in {"win32", "darwin"} and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _with_query(endpoint: str, fields: Mapping[str, str]) -> str:
    """Return the address of an endpoint, which can have a query already, with these fields."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(fields)}"


def _flow_fields(callback: Callback, verifier: str) -> dict[str, str]:
    digest = hashlib.sha256(verifier.encode()).digest()
    return {
        "response_type": "code",
        "redirect_uri": callback.address,
        "state": callback.state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }


def _seconds(codes: Mapping[str, Any], name: str, usual: float) -> float:
    """Return a time in an answer, between a second and an hour."""
    value = codes.get(name)
    return min(max(value, 1.0), 3600.0) if isinstance(value, int | float) else usual
