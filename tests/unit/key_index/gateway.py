"""A gateway that has only keys, and lists them like LiteLLM: in pages of 100, oldest first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from keydesk.litellm import Key, UpstreamFailed
from keydesk.litellm.shapes.key import KeyPage

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_PAGE = 100


@dataclass
class PagedKeys:
    """`before_page` runs before each page is read. The keys are by hash, in the order of their creation.

    Keys that are `not_listed` are on no page.
    """

    by_hash: dict[str, Key] = field(default_factory=dict)
    before_page: Callable[[int], None] = lambda _number: None
    read: list[int] = field(default_factory=list)
    fails: bool = False
    not_listed: set[str] = field(default_factory=set)
    made: int = 0

    def add(self, count: int = 1, **fields: Any) -> list[str]:
        """Create keys, each a second after the one before, and return their hashes."""
        hashes = []
        for _ in range(count):
            self.made += 1
            token_hash = f"{self.made:064x}"
            made: dict[str, Any] = {
                "token_hash": token_hash,
                "key_alias": f"key-{self.made}",
                "masked": "sk-...abcd",
                "user_id": "alice",
                "allowed_routes": ("llm_api_routes",),
                "created_at": _BEGINNING + timedelta(seconds=self.made),
            }
            self.by_hash[token_hash] = Key(**made | fields)
            hashes.append(token_hash)
        return hashes

    def delete(self, token_hash: str) -> None:
        del self.by_hash[token_hash]

    def change(self, token_hash: str, **fields: Any) -> None:
        self.by_hash[token_hash] = self.by_hash[token_hash].model_copy(update=fields)

    async def page(self, number: int) -> KeyPage:
        self.before_page(number)
        if self.fails:
            raise UpstreamFailed(500, "failed")
        self.read.append(number)
        keys = [key for key in self.by_hash.values() if key.token_hash not in self.not_listed]
        pages = -(-len(keys) // _PAGE)
        return KeyPage(keys=tuple(keys[(number - 1) * _PAGE : number * _PAGE]), pages=pages, total=len(keys))

    async def list(
        self, user_id: str | None = None, team_id: str | None = None, token_hash: str | None = None
    ) -> list[Key]:
        wanted = {"user_id": user_id, "team_id": team_id, "token_hash": token_hash}
        return [
            key
            for key in self.by_hash.values()
            if all(value is None or getattr(key, name) == value for name, value in wanted.items())
        ]


@dataclass
class Gateway:
    keys: PagedKeys = field(default_factory=PagedKeys)
