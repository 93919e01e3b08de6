"""Values by key and how long ago they were learned. Bounded: the one unused for longest makes room."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from keydesk.kit.clock import Clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Learned(Generic[Value]):
    value: Value
    age_seconds: float


class Recent(Generic[Key, Value]):
    """Decides nothing about ages; whoever asks does."""

    def __init__(self, size: int, clock: Clock) -> None:
        self._size = size
        self._clock = clock
        self._entries: OrderedDict[Key, tuple[Value, datetime]] = OrderedDict()

    def get(self, key: Key) -> Learned[Value] | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        value, learned_at = entry
        return Learned(value, (self._clock() - learned_at).total_seconds())

    def put(self, key: Key, value: Value) -> None:
        self._entries[key] = (value, self._clock())
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)
