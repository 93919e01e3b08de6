"""The tools: what an agent can ask on behalf of a person. Each calls the JSON API."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from keydesk.client.agents.answers import (
    Json,
    of_budget,
    of_keys,
    of_models,
    of_person,
    of_refusals,
    of_request,
    of_usage,
)
from keydesk.client.key_names import key_named
from keydesk.client.server import ApiRequest

CallApi = Callable[[ApiRequest], Awaitable[Any]]
"""Calls the API as the person, and returns its JSON. Raises ClientError."""
_FAILED_CALLS, _EXPLAINED_KEYS = 10, 3


class Arguments(BaseModel):
    """The arguments of a tool. Unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class UsageArguments(Arguments):
    group_by: Literal["day", "model", "key", "team", "provider"] = "model"
    first_day: Annotated[str | None, Field(description="Such as 2026-01-31, in UTC.", max_length=10)] = None
    last_day: Annotated[str | None, Field(description="The last day, by default today.", max_length=10)] = (
        None
    )


class RefusedArguments(Arguments):
    key: Annotated[str | None, Field(description="The name or id of one of my keys.", max_length=200)] = None


class KeyArguments(Arguments):
    key: Annotated[str, Field(description="The name or id of one of my keys.", min_length=1, max_length=200)]


class BudgetArguments(Arguments):
    max_budget: Annotated[float, Field(description="The whole new budget in US dollars.", gt=0)]
    reason: Annotated[str, Field(description="For the approver.", min_length=1, max_length=1000)]
    until: Annotated[
        str | None,
        Field(description="When the larger budget ends, such as 2026-01-31T00:00:00Z.", max_length=40),
    ] = None


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """`changes` is true for a tool that changes something. It exists only if the person allows changes."""

    name: str
    title: str
    description: str
    arguments: type[A]
    run: Callable[[CallApi, A], Awaitable[Json]]
    changes: bool = False


async def _who_am_i(call: CallApi, _: Arguments) -> Json:
    return of_person(*await _all(call, "/user/info", "/teams", "/config"))


async def _my_budget(call: CallApi, _: Arguments) -> Json:
    return of_budget(*await _all(call, "/user/info", "/limits/allowance"))


async def _my_usage(call: CallApi, asked: UsageArguments) -> Json:
    days = {"start_date": asked.first_day, "end_date": asked.last_day}
    query = {"group_by": asked.group_by} | {name: day for name, day in days.items() if day is not None}
    return of_usage(await call(ApiRequest("GET", "/usage", query=query)))


async def _my_models(call: CallApi, _: Arguments) -> Json:
    return of_models(*await _all(call, "/models", "/user/info", "/teams"))


async def _my_keys(call: CallApi, _: Arguments) -> Json:
    return of_keys(await call(ApiRequest("GET", "/keys")))


async def _why_was_i_refused(call: CallApi, asked: RefusedArguments) -> Json:
    """Explain the named key, or else the keys of the latest failed calls."""
    query = {"status": "failure", "page_size": str(_FAILED_CALLS)}
    if asked.key is not None:
        key_id = await _key_id(call, asked.key)
        calls, ids = await call(ApiRequest("GET", "/calls", query={**query, "key": key_id})), [key_id]
    else:
        calls, keys = await asyncio.gather(
            call(ApiRequest("GET", "/calls", query=query)), call(ApiRequest("GET", "/keys"))
        )
        own = {key["token"] for key in keys}
        used = dict.fromkeys(each["key"] for each in calls["calls"])
        ids = [key_id for key_id in used if key_id in own][:_EXPLAINED_KEYS]
    explained = await asyncio.gather(
        *(call(ApiRequest("GET", "/limits/explain", query={"key": key_id})) for key_id in ids)
    )
    return of_refusals(calls, explained)


async def _request_budget(call: CallApi, asked: BudgetArguments) -> Json:
    body = {"kind": "account_budget", **asked.model_dump(exclude_none=True)}
    return of_request(await call(ApiRequest("POST", "/requests", body)))


async def _block_key(call: CallApi, asked: KeyArguments) -> Json:
    key_id = await _key_id(call, asked.key)
    await call(ApiRequest("POST", f"/keys/{quote(key_id, safe='')}/block", {}))
    return {"blocked": key_id}


READING: Sequence[Tool[Any]] = (
    Tool(
        "who_am_i",
        "Who am I",
        "The person for whom you act: account, email, teams, and the address of the gateway.",
        Arguments,
        _who_am_i,
    ),
    Tool(
        "my_budget",
        "My budget",
        "The person's budget in US dollars: spent, left, and when it resets.",
        Arguments,
        _my_budget,
    ),
    Tool(
        "my_usage",
        "My usage",
        "The person's spend, requests and tokens, by default of the last 30 days by model.",
        UsageArguments,
        _my_usage,
    ),
    Tool(
        "my_models",
        "My models",
        "The models that the person may use, with prices in US dollars per token and limits in tokens.",
        Arguments,
        _my_models,
    ),
    Tool(
        "my_keys",
        "My keys",
        "The person's virtual keys: budget, spend, expiration and models. Secrets are never shown.",
        Arguments,
        _my_keys,
    ),
    Tool(
        "why_was_i_refused",
        "Why was I refused",
        "The latest failed calls with the reason of each, and which limit stops the key that was used.",
        RefusedArguments,
        _why_was_i_refused,
    ),
)
CHANGING: Sequence[Tool[Any]] = (
    Tool(
        "request_budget",
        "Request a larger budget",
        "Ask the approvers for a larger budget of the person's account. Ask the person first.",
        BudgetArguments,
        _request_budget,
        changes=True,
    ),
    Tool(
        "block_key",
        "Block a key",
        "Block one of the person's keys until they unblock it. Programs that use it stop. Ask the person first.",
        KeyArguments,
        _block_key,
        changes=True,
    ),
)


async def _all(call: CallApi, *paths: str) -> list[Any]:
    return await asyncio.gather(*(call(ApiRequest("GET", path)) for path in paths))


async def _key_id(call: CallApi, named: str) -> str:
    """Return the id of one of the person's own keys. Raises ClientError."""
    return str(key_named(await call(ApiRequest("GET", "/keys")), named)["token"])
