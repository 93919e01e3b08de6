"""Pages as LiteLLM counts them: none for nothing, a last one that may be short."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number` (from 1) of `size` items."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.number - 1) * self.size

    def pages(self, total: int) -> int:
        """Return how many pages `total` items fill."""
        return -(-total // self.size)
