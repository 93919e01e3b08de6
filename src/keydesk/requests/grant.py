"""What was granted for a time, and what remains without it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import QUALIFIED
from keydesk.requests.values import amounts, expirations, lists


class Values(Protocol):
    """A type of value, such as `amounts`."""

    def without(self, base: Any, given: Any, current: Any) -> Any: ...

    def on_top_of(self, base: Any, given: Any, other: Any) -> Any: ...

    def union(self, one: Any, other: Any) -> Any: ...


_VALUES: Mapping[RequestKind, Values] = {
    RequestKind.ACCOUNT_BUDGET: amounts,
    RequestKind.KEY_BUDGET: amounts,
    RequestKind.ACCOUNT_MODELS: lists,
    RequestKind.KEY_MODELS: lists,
    RequestKind.KEY_LIFETIME: expirations,
    RequestKind.MEMBER_BUDGET: amounts,
}
"""The kinds that can be granted for a time, with the type of what they change."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted for a time.

    `base` is the value without any grant. `given` is the budget that Keydesk set in LiteLLM, or the names that it added
    to a list. `ends_at` is when Keydesk takes the difference back.
    """

    target: str
    request_id: str
    user_id: str
    base: Any
    given: Any
    ends_at: datetime

    @property
    def kind(self) -> RequestKind:
        return RequestKind(self.target.partition(":")[0])

    @property
    def target_id(self) -> str:
        """The id of the object. Several grants can be about one object, such as for different models."""
        rest = self.target.partition(":")[2]
        return rest.rpartition(":")[0] if self.kind in QUALIFIED else rest

    def without(self, current: Any) -> Any:
        """Return what remains of the current value without the grant."""
        return _VALUES[self.kind].without(self.base, self.given, current)

    def on_top_of(self, base: Any) -> Any:
        """Return the value with the grant for another base."""
        return _VALUES[self.kind].on_top_of(self.base, self.given, base)

    def moved_to(self, base: Any) -> "Grant":
        """Return the grant for another base."""
        given = self.given if self.kind in QUALIFIED else self.on_top_of(base)
        return replace(self, base=base, given=given)

    def until_recorded(self, new: "Grant") -> "Grant":
        """Return the grant to store until its change to a new one is recorded.

        If the change is made but never recorded, this grant ends as before, and takes back what the new one gave too.
        """
        return replace(self, given=_VALUES[self.kind].union(self.given, new.given))
