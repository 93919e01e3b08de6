"""`keydesk login`, `logout` and `whoami`: sign this machine in at a Keydesk server, and out."""

from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from keydesk.cli.output import AsJson, print_json
from keydesk.cli.printable import console, printable
from keydesk.cli.progress import waiting
from keydesk.cli.running_client import ProfileName, run, say, session_of
from keydesk.client.address import server_address
from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.profiles import Home, Profile, chosen_profile
from keydesk.client.server import Server
from keydesk.client.session import store_of
from keydesk.client.setup.receipts import Receipts
from keydesk.client.sign_in import Place, SignIn
from keydesk.client.token_store import FILE, KEYCHAIN, KeychainUnavailable, TokenStore
from keydesk.client.tokens import Tokens
from keydesk.client.way_in import USUAL, Choice, sign_in_at
from keydesk.kit.http_client import HttpClient


def login(
    address: str,
    *,
    device: Annotated[bool, Parameter(negative="")] = False,
    at: Literal["keydesk", "provider"] | None = None,
    profile: ProfileName = None,
) -> None:
    """Sign in on this machine.

    The command opens your browser, where you sign in at your company's provider or confirm the sign-in at Keydesk. On a
    machine without a browser, it shows a code that you enter in a browser of another machine.

    Example: `keydesk login https://keys.example.com`

    Parameters
    ----------
    address
        The address of Keydesk.
    device
        Show a code, even if this machine has a browser.
    at
        Sign in at Keydesk itself, or at the provider that it names. Without it, the provider comes first.
    profile
        A name for this sign-in, if you use more than one. Without it, the name is `default`.

    """
    choice = Choice(at, device=device)
    run(lambda http: sign_in(http, server_address(address), chosen_profile(profile), choice))


def logout(*, profile: ProfileName = None) -> None:
    """Sign out on this machine, and revoke its tokens.

    Example: `keydesk logout`

    Parameters
    ----------
    profile
        The sign-in to end, if you use more than one.

    """
    run(lambda http: _logout(http, chosen_profile(profile)))


def whoami(*, profile: ProfileName = None, as_json: AsJson = False) -> None:
    """Show who is signed in, and where. Fails with status 3 if nobody is.

    Example: `keydesk whoami --json`

    Parameters
    ----------
    profile
        The sign-in to show, if you use more than one.
    as_json
        Print JSON for programs.

    """
    found = run(lambda http: _confirmed(http, chosen_profile(profile)))
    shown = {
        "person": found.person,
        "server": found.address,
        "issuer": found.issuer,
        "profile": found.name,
        "tokens": found.store,
    }
    if as_json:
        print_json(shown)
    else:
        for name, value in shown.items():
            console().print(printable(f"{name:<8} {value}"))


async def sign_in(http: HttpClient, address: str, name: str, choice: Choice = USUAL) -> None:
    """Sign in at a server, and store the tokens as a profile. Raises ClientError."""
    home = Home.of_person()
    previous = home.profiles().get(name)
    if previous is not None and previous.provider is not None:
        # Some providers revoke all tokens of the client with one, and so would revoke those of this sign-in later.
        await _replace(http, home, name)
    signed_in = await sign_in_at(Server(address, http), http, choice, _begun)
    await _replace(http, home, name)
    store = _kept(home, name, signed_in.tokens)
    profile = Profile(name, address, signed_in.tokens.person, store.kind, signed_in.provider)
    home.save(profile)
    at = "" if profile.provider is None else f", with your sign-in at {profile.issuer}"
    say(printable(f"You are signed in at {address} as {profile.person}{at}."))


def _begun(place: Place) -> SignIn:
    return SignIn(place, say, waiting=partial(waiting, "Waiting until you confirm in the browser"))


async def _replace(http: HttpClient, home: Home, name: str) -> None:
    """End the profile's previous sign-in, so that no forgotten tokens stay valid."""
    if name in home.profiles():
        try:
            await session_of(http, home, name).revoke()
        except ClientError:
            say("The previous sign-in could not be ended at the server. It ends by itself, or in the portal.")


def _kept(home: Home, name: str, tokens: Tokens) -> TokenStore:
    """Store the tokens in the keychain, or else in a file, and say so. Return the store."""
    try:
        store = store_of(home, name, KEYCHAIN)
        store.save(tokens)
    except KeychainUnavailable as unavailable:
        store = store_of(home, name, FILE)
        store.save(tokens)
        say(f"{unavailable} Your tokens are in {home.tokens_file(name)}, which only you can read.")
    return store


async def _logout(http: HttpClient, name: str) -> None:
    home = Home.of_person()
    session = session_of(http, home, name)
    address = session.profile.address
    for tool in Receipts(home.folder).tools_of(name):
        say(f"{tool} is still set up, and its key works. To undo this, run: keydesk unsetup {tool}")
    try:
        await session.revoke()
    except KeychainUnavailable:
        raise
    except ClientError as error:
        session.forget()
        where = (
            "They end by themselves"
            if session.profile.provider
            else f"Sign out this machine at {address}/machines"
        )
        failure = Unavailable if isinstance(error, Unavailable) else ClientError
        raise failure(f"{error} Your tokens are deleted here. {where}.") from None
    say(f"You are signed out at {address}.")


async def _confirmed(http: HttpClient, name: str) -> Profile:
    session = session_of(http, Home.of_person(), name)
    await session.get("/config")
    return session.profile
