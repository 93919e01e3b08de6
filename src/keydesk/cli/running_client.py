"""Runs a command of a person: provides the HTTP client, and ends with the exit status of the failure."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from typing import Annotated, TypeVar

from cyclopts import Parameter
from rich.console import Console

from keydesk.cli.progress import hide_line, waiting
from keydesk.client.errors import ClientError
from keydesk.client.profiles import Home, chosen_profile
from keydesk.client.session import Session, store_of
from keydesk.kit.certificates import CertificatesError
from keydesk.kit.http_client import HttpClient

T = TypeVar("T")
_INTERRUPTED = 130
_TIMEOUT_SECONDS = 30.0
ProfileName = Annotated[str | None, Parameter(name="--profile", env_var="KEYDESK_PROFILE")]


def run(work: Callable[[HttpClient], Awaitable[T]]) -> T:
    """Return the result of `work`. Exit with the status of `ExitStatus` if it fails."""

    async def working() -> T:
        http = _http_client()
        try:
            return await work(http)
        finally:
            await http.aclose()

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a pipe of Windows cannot take all characters
    try:
        with waiting("Waiting for an answer", also_piped=False):
            return asyncio.run(working())
    except ClientError as error:
        say(str(error))
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def run_signed_in(profile: str | None, work: Callable[[Session], Awaitable[T]]) -> T:
    """Return the result of `work` with the session of a profile. Exit like `run`."""

    async def working(http: HttpClient) -> T:
        return await work(session_of(http, Home.of_person(), chosen_profile(profile)))

    return run(working)


def _http_client() -> HttpClient:
    """Return a client. Raises ClientError if the environment has certificates or a proxy that cannot be used."""
    try:
        return HttpClient(_TIMEOUT_SECONDS, trust_env=True)
    except CertificatesError as error:
        raise ClientError(f"{error}.") from None
    except (ValueError, ImportError):  # the texts contain the address, which can have a password
        raise ClientError(
            "The proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used. "
            "Use an HTTP proxy, such as http://proxy.example.com:3128"
        ) from None


def session_of(http: HttpClient, home: Home, name: str) -> Session:
    """Return the session of a profile. Raises NotSignedIn if there is none."""
    profile = home.profile(name)
    return Session(home, profile, store_of(home, name, profile.store), http)


def say(text: str) -> None:
    """Print a sentence for the person to standard error, so that programs can read standard output."""
    hide_line()
    Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(text)
