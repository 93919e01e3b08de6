"""Signs this machine in: in its browser (RFC 8252 with PKCE), or with a code that any browser confirms (RFC 8628)."""

import asyncio
import base64
import hashlib
import os
import secrets
import socket
import sys
import time
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from keydesk.client.address import page_host
from keydesk.client.errors import ClientError
from keydesk.client.loopback import Callback, listening
from keydesk.client.server import CLIENT_ID, Endpoints, OAuthRefused, Server
from keydesk.client.tokens import Tokens, tokens_in

Say = Callable[[str], None]
OpenBrowser = Callable[[str], bool]
Waiting = Callable[[float], AbstractContextManager[None]]
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOW_DOWN_SECONDS = 5
_BROWSER_SECONDS = 300
_LONGEST_NAME = 40


@dataclass(frozen=True)
class SignIn:
    """A sign-in at a server. `say` tells the person what to do, and `pause` waits between two polls.

    `waiting` shows that the command waits for the person, for at most these seconds.
    """

    server: Server
    say: Say
    open_browser: OpenBrowser = webbrowser.open
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    waiting: Waiting = lambda _seconds: nullcontext()

    async def with_browser(self) -> Tokens:
        """Open the browser, wait for its answer, and return the tokens. Raises ClientError.

        Shows a code if the server has no page for this, such as with a sign-in to Backstage only.
        """
        endpoints = await self.server.endpoints()
        if endpoints.authorization is None:
            return await self.with_code()
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        callback = Callback(state, self.server.address, lambda: loop.call_soon_threadsafe(answered.set))
        with listening(callback):
            address = f"{endpoints.authorization}?{urlencode(_asked(callback, verifier))}"
            self.say(f"Confirm the sign-in in your browser. If it does not open, visit:\n{address}")
            self.open_browser(address)
            with suppress(TimeoutError), self.waiting(_BROWSER_SECONDS):
                await asyncio.wait_for(answered.wait(), _BROWSER_SECONDS)
            fields = {"code": callback.code(), "redirect_uri": callback.address, "code_verifier": verifier}
            fields["grant_type"] = "authorization_code"
            return tokens_in(await self.server.send_form(endpoints.token, fields))

    async def with_code(self) -> Tokens:
        """Show a code, wait until the person has confirmed it, and return the tokens. Raises ClientError."""
        endpoints = await self.server.endpoints()
        codes = await self.server.send_form(endpoints.device, {"machine_name": machine_name()})
        address, code = str(codes.get("verification_uri")), str(codes.get("user_code"))
        if not address.startswith(f"{self.server.address}/"):
            self._introduce(address, endpoints)
        self.say(f"Open {address} in any browser, and enter this code:\n\n    {code}\n")
        seconds, interval = float(codes.get("expires_in", 600)), float(codes.get("interval", 5))
        with self.waiting(seconds):
            return await self._polled(endpoints, str(codes.get("device_code")), seconds, interval)

    def _introduce(self, page: str, endpoints: Endpoints) -> None:
        """Say that the page is at another server, so that the person can recognize it.

        Raises ClientError unless the server's metadata names the page, too.
        """
        host = page_host(page)
        if page != endpoints.confirmation_page or host is None:
            raise ClientError("The server names a page of another server. Nothing was sent there.")
        self.say(
            f"You confirm this sign-in at another server: {host}. Continue only if it belongs to your company. "
            f"The page must name {self.server.address}."
        )

    async def _polled(self, endpoints: Endpoints, code: str, seconds: float, interval: float) -> Tokens:
        fields, until = {"grant_type": _DEVICE_GRANT, "device_code": code}, time.monotonic() + seconds
        while time.monotonic() < until:
            await self.pause(interval)
            try:
                return tokens_in(await self.server.send_form(endpoints.token, fields))
            except OAuthRefused as refused:
                if refused.error == "slow_down":
                    interval += _SLOW_DOWN_SECONDS
                elif refused.error == "access_denied":
                    raise ClientError("The sign-in was rejected in the browser.") from None
                elif refused.error != "authorization_pending":
                    break
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


def machine_name() -> str:
    """Return what this machine is called in the list of signed-in machines."""
    return socket.gethostname()[:_LONGEST_NAME]


def _asked(callback: Callback, verifier: str) -> dict[str, str]:
    digest = hashlib.sha256(verifier.encode()).digest()
    return {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": callback.address,
        "state": callback.state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "machine_name": machine_name(),
    }
