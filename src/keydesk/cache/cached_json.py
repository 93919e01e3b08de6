"""A body that only has to be sent: its entity tag, and compressed once somebody wants it so."""

import gzip
from dataclasses import dataclass, field

_WORTH_COMPRESSING_BYTES = 1400
"""What fits into one packet gains nothing."""
_COMPRESSION_LEVEL = 5


@dataclass(slots=True)
class CachedJson:
    """JSON. `etag` is as it goes out: `"..."` for these very bytes, `W/"..."` for what they mean."""

    body: bytes = field(repr=False)
    etag: bytes
    _compressed: bytes | None = field(default=None, repr=False)

    def compressed(self) -> bytes | None:
        """The body in gzip, None where that is not worth it."""
        if len(self.body) < _WORTH_COMPRESSING_BYTES:
            return None
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, _COMPRESSION_LEVEL, mtime=0)
        return self._compressed

    @property
    def etag_compressed(self) -> bytes:
        """Other bytes have another strong tag; a weak one is that of all representations."""
        return self.etag if self.etag.startswith(b"W/") else self.etag[:-1] + b'-gzip"'
