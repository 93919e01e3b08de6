"""Values by key within a number of bytes: what was unused for longest makes room. Knows nothing of what it holds."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedMemory(Generic[Key, Value]):
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.total_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Remember a value of about so many bytes; one that would not fit at all is not remembered."""
        self.pop(key)
        if size > self._max_bytes:
            return
        self._entries[key] = (value, size)
        self.total_bytes += size
        while self.total_bytes > self._max_bytes:
            _, (_, freed) = self._entries.popitem(last=False)
            self.total_bytes -= freed

    def pop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.total_bytes -= entry[1]
