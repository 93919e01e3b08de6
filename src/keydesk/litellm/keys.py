"""Calls for virtual keys. LiteLLM checks few of their values: the caller must check ownership and limits."""

import hashlib
from collections.abc import AsyncIterator

from keydesk.litellm.call import Answer, Call, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import NotFound
from keydesk.litellm.paging import PagedList
from keydesk.litellm.shapes.key import CreatedKey, Key, KeyChanges, KeyPage, NewKey

_PAGE_SIZE = 100
_KEY_TYPE = "llm_api"


class Keys:
    """Virtual keys, available as `gateway.keys`. Token hashes identify keys; only `create` returns a secret."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._listed = PagedList("/key/list", Key, "keys", "token_hash", caller.config.max_pages)

    async def get(self, token_hash: str) -> Key | None:
        """Return the key, or None if it is unknown or deleted. `/key/info` also returns deleted keys."""
        named(token_hash=token_hash)
        try:
            answer = await self._caller.get("/key/info", key=token_hash)
        except NotFound as missing:
            if missing.route_missing:
                raise
            return None
        info = answer.member("info")
        if info.get("status") == "deleted" or info.get("deleted_at"):
            return None
        return answer.read_part(Key, {**info, "token": token_hash})

    async def create(self, key: NewKey) -> CreatedKey:
        """Create a key for model calls only. `/key/generate`. Raises Conflict (`key_alias`).

        A key of LiteLLM's default type could create more keys without a budget or expiration.
        """
        answer = await self._caller.post("/key/generate", {**key.new_body(), "key_type": _KEY_TYPE})
        return answer.read(CreatedKey)

    async def update(self, token_hash: str, changes: KeyChanges) -> Key:
        """Change a key and return it. `/key/update`. Raises NotFound, Conflict (`key_alias`)."""
        body = {**changes.changed_body(), "key": _given(token_hash)}
        answer = await self._caller.post("/key/update", body)
        return answer.read_part(Key, {**answer.members(), "token": token_hash})

    async def block(self, token_hash: str) -> Key:
        """Block a key, so that LiteLLM rejects its requests, and return it. `/key/block`. Raises NotFound."""
        answer = await self._caller.post("/key/block", {"key": _given(token_hash)})
        return answer.read_part(Key, {**answer.members(), "token": token_hash})

    async def unblock(self, token_hash: str) -> None:
        """Unblock a key, regardless of who blocked it, and return it. `/key/unblock`. Raises NotFound."""
        await self._caller.post("/key/unblock", {"key": _given(token_hash)})

    async def delete(self, token_hash: str) -> None:
        """Delete a key permanently. `/key/delete`. Raises NotFound, also for a deleted key."""
        await self._caller.post("/key/delete", {"keys": [_given(token_hash)]})

    async def reset_spend(self, token_hash: str, to_usd: float = 0.0) -> None:
        """Lower a key's spend to `spend_usd`. `/key/{token_hash}/reset_spend`. Raises NotFound, BadRequest."""
        route = "/key/{token_hash}/reset_spend"
        path = named(token_hash=token_hash)
        await self._caller.call(Call(method="POST", route=route, path=path, body={"reset_to": to_usd}))

    async def count(self, user_id: str | None = None, team_id: str | None = None) -> int:
        """Return the number of keys that match all filters, including expired ones. `/key/list`, one call."""
        filters = {"user_id": user_id, "team_id": team_id}
        answer = await self._caller.get("/key/list", **filters, return_full_object="true", page=1, size=1)
        total = self._listed.total(answer, {name: value for name, value in filters.items() if value})
        return len(await self.list(user_id, team_id)) if total is None else total

    async def page(self, number: int) -> KeyPage:
        """Return one page of all keys, oldest first, so that new keys appear on the last page. `/key/list`."""
        answer = await self._caller.get(
            "/key/list",
            return_full_object="true",
            page=number,
            size=_PAGE_SIZE,
            sort_by="created_at",
            sort_order="asc",
        )
        return answer.read(KeyPage).model_copy(update={"number": number})

    async def pages(self) -> AsyncIterator[KeyPage]:
        """Yield all keys, one page at a time, oldest first."""
        page = await self.page(1)
        yield page
        while not page.is_last:
            page = await self.page(page.number + 1)
            yield page

    async def list(
        self,
        user_id: str | None = None,
        team_id: str | None = None,
        alias: str | None = None,
        token_hash: str | None = None,
    ) -> list[Key]:
        """Return the keys that match all filters, newest first. `/key/list`, all pages.

        Without filters, all keys of the gateway are returned. Unknown users and teams have no keys.
        """
        filters = {"user_id": user_id, "team_id": team_id, "key_alias": alias, "key_hash": token_hash}

        async def fetch(page: int) -> Answer:
            return await self._caller.get(
                "/key/list", **filters, return_full_object="true", page=page, size=_PAGE_SIZE
            )

        # A release that does not support a filter ignores it and would return other users' keys.
        expected = {"user_id": user_id, "team_id": team_id, "key_alias": alias, "token_hash": token_hash}
        return [
            key
            for key in await self._listed.read(fetch)
            if all(value is None or getattr(key, name) == value for name, value in expected.items())
        ]


def token_hash_of(secret: str) -> str:
    """Return LiteLLM's hash of a key: the SHA-256 in hexadecimal digits (`hash_token` in its `_types.py`)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _given(token_hash: str) -> str:
    return named(token_hash=token_hash)["token_hash"]
