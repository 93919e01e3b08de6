"""Pages as LiteLLM counts them: none for an empty list, and a last one that may be short."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number` (from 1) of `size` items."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """Return the number of items before this page."""
        return (self.number - 1) * self.size

    def pages(self, total: int) -> int:
        """Return the number of pages of `total` items."""
        return -(-total // self.size)
