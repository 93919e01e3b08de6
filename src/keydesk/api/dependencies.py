"""Dependencies of routes: the services, the caller, and the caller's account.

A route gets the account as a function and awaits it in its body: `await account()`. FastAPI validates the request
body only after it has resolved all dependencies, and an invalid request must not provision an account.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from pydantic import SecretStr

from keydesk.api.services import MachineServices, Services
from keydesk.auth.middleware import bearer_token
from keydesk.http.public_address import public_address
from keydesk.kit.messages import message
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.problems import InvalidRequest, NotAnAccount, NotFound, NotSignedIn
from keydesk.litellm import User

_LONGEST_NAME = 20


def services_of(request: Request) -> Services:
    """Return the services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


def own_address(request: Request) -> str:
    """Return the address of Keydesk for people."""
    return public_address(request, services_of(request).settings.portal.base_url)


def enabled_machines(request: Request) -> MachineServices:
    """Return the services for machines. Raises NotFound if machines cannot sign in."""
    machines = services_of(request).machines
    if not machines.are_enabled:
        raise NotFound(message("There is nothing at this address."))
    return machines


async def calling_person(request: Request) -> Person:
    """Return the caller. Raises NotSignedIn, and NotAnAccount for the credential of a service."""
    principal = request.scope.get("principal")
    if principal is None:
        raise NotSignedIn
    if not isinstance(principal, Person):
        raise NotAnAccount(
            message("This credential belongs to a service, and services have no account."),
            hint=message("Use a token that was issued on behalf of a person."),
        )
    return principal


async def _services(request: Request) -> Services:
    # Async, because FastAPI runs other dependencies in a thread.
    return services_of(request)


AppServices = Annotated[Services, Depends(_services)]
Caller = Annotated[Person, Depends(calling_person)]


async def _verified_caller(request: Request, caller: Caller) -> VerifiedCaller:
    return VerifiedCaller(caller, request.scope["token"])


async def _account(services: AppServices, caller: Caller) -> Callable[[], Awaitable[User]]:
    return lambda: services.accounts.of(caller)


async def _recent_account(services: AppServices, caller: Caller) -> Callable[[], Awaitable[User]]:
    return lambda: services.views.recent_account(caller)


async def _cached_account(services: AppServices, caller: Caller) -> Callable[[], Awaitable[User]]:
    async def account() -> User:
        return (await services.views.account(caller)).value

    return account


async def _virtual_key(request: Request) -> SecretStr:
    token = bearer_token(request.headers)
    if token is None:
        raise NotSignedIn(message("Send a virtual key in the Authorization header."))
    return SecretStr(token)


VirtualKeySecret = Annotated[SecretStr, Depends(_virtual_key)]
"""The secret of a virtual key, which LiteLLM has not verified yet."""
Reader = Annotated[VerifiedCaller, Depends(_verified_caller)]
"""The caller with their token, for checks that forward the token."""
Account = Annotated[Callable[[], Awaitable[User]], Depends(_account)]
"""The account as LiteLLM has it now. Routes that change data use this one."""
RecentAccount = Annotated[Callable[[], Awaitable[User]], Depends(_recent_account)]
"""The account from a fresh cache entry, or else from LiteLLM."""
CachedAccount = Annotated[Callable[[], Awaitable[User]], Depends(_cached_account)]
"""The account from the cache, even if the entry is stale."""


async def each_once(request: Request) -> None:
    """Check that no query parameter is repeated. Raises InvalidRequest."""
    names = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in names.items():
        if times > 1:
            # An unknown name can be any text, even a secret.
            shown = name if name.isidentifier() and len(name) <= _LONGEST_NAME else "a parameter"
            raise InvalidRequest(
                message("%(param)s: expected once, but got %(times)s values", param=shown, times=times),
                param=shown,
            )
