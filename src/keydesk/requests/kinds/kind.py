"""What every kind of request has. Grants are taken back with `Grant.without`."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.litellm import User
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.models import RequestRecord, Terms

Write = Callable[[str, Any, Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about. `team_id` is the team whose admins may decide. `value` is its current value."""

    target_id: str
    value: Any
    name: str | None = None
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is, and who requested. With `moved`, a key is also found if it was given to another user."""

    user_id: str
    target_id: str
    ref: str = ""
    moved: bool = False


def place_of(record: RequestRecord) -> Place:
    """Return where the object of a request is."""
    return Place(record.user_id, record.target_id, record.ref)


@dataclass(frozen=True, slots=True)
class Locked:
    """An object whose lease is held, and its current value.

    `write` sets another value: its arguments are the actor, the value, and statements for the transaction that records
    the outcome.
    """

    value: Any
    write: Write


@dataclass(frozen=True, slots=True)
class Members:
    """The members of request bodies that a kind requires and allows, beside those that all kinds have."""

    needs: frozenset[str]
    may: frozenset[str] = field(default=frozenset({"until"}))

    def check_new(self, body: NewRequest) -> None:
        """Raise InvalidRequest for a request that lacks a member, or has one of another kind."""
        given = _given(body, _OF_REQUESTS)
        for name in sorted(self.needs - given):
            text = message("%(name)s: required for the kind %(kind)s", name=name, kind=body.kind)
            raise InvalidRequest(text, param=name)
        _check_known(given - self.needs - self.may, body.kind)

    def check_approval(self, approval: Approval, record: RequestRecord) -> None:
        """Raise InvalidRequest for an approval with a member of another kind."""
        _check_known(_given(approval, _OF_APPROVALS) - self.needs - self.may, record.kind)


_OF_APPROVALS = ("max_budget", "until")
_OF_REQUESTS = ("key_id", "model", "team_id", "team", *_OF_APPROVALS)


def _given(body: NewRequest | Approval, names: Iterable[str]) -> set[str]:
    return {name for name in names if getattr(body, name) is not None}


def _check_known(unknown: set[str] | frozenset[str], kind: str) -> None:
    for name in sorted(unknown):
        raise InvalidRequest(
            message("%(name)s: not allowed for the kind %(kind)s", name=name, kind=kind), param=name
        )


class Kind(Protocol):
    """A kind of request."""

    @property
    def members(self) -> Members: ...

    async def subject(self, user: User, body: NewRequest, /) -> Subject:
        """Return what a new request is about. Raises NotFound for objects of others."""

    async def read(self, place: Place) -> Any:
        """Return the current value of the object. Raises NotFound."""

    def locked(self, place: Place) -> AbstractAsyncContextManager[Locked]:
        """Hold the lease of the object. Raises NotFound."""

    async def check_new(self, person: Person, record: RequestRecord, /) -> None:
        """Raise InvalidRequest or PolicyRefused if this cannot be requested. `record.before` is the current value."""

    def check_now(self, record: RequestRecord, terms: Terms, current: Any, approval: Approval, /) -> None:
        """Raise Conflicting if the current value no longer allows the approval."""

    def given(self, terms: Terms) -> Any:
        """Return what `Grant.given` stores."""

    def ends_at(self, terms: Terms) -> datetime | None:
        """Return when Keydesk ends the grant, or None if it needs to remember none."""

    def changed(self, current: Any, terms: Terms, /) -> Any:
        """Return the value with what was approved."""


class Permanent:
    """What the kinds that are never taken back have in common. Their new value is the terms."""

    def given(self, _terms: Terms) -> None:
        return None

    def ends_at(self, _terms: Terms) -> None:
        return None

    def changed(self, _current: bool, terms: Terms) -> Terms:
        return terms
