"""An answer's body as it goes out, which can be read back: JSON and its strong ETag."""

import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from keydesk.cache.cached_json import CachedJson

T = TypeVar("T")
_OBJECT_BYTES = 600
"""What an entry costs besides its bytes: objects, tags and its places in dictionaries (measured)."""


@dataclass(slots=True)
class EncodedBody(CachedJson, Generic[T]):
    """The JSON of a `T`. `value()` reads it back: kept as objects, it would cost ten times the memory."""

    adapter: TypeAdapter[T] = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, adapter: TypeAdapter[T], value: T) -> "EncodedBody[T]":
        body = adapter.dump_json(value, by_alias=True)
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        return cls(body, f'"{digest}"'.encode(), adapter=adapter)

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.body) + len(self._compressed or b"") + _OBJECT_BYTES

    def value(self) -> T:
        return self.adapter.validate_json(self.body)
