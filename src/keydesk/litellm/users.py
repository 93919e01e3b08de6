"""The calls about users. Whether somebody may have an account is for the caller to decide."""

from collections.abc import Sequence

from pydantic import JsonValue

from keydesk.litellm.call import Answer, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import NotFound, UnexpectedAnswer
from keydesk.litellm.paging import PagedList
from keydesk.litellm.shapes.user import NewUser, User, UserChanges

_LIST_PAGE_SIZE = 100
_RATE_LIMITS = {"tpm_limit", "rpm_limit"}


class Users:
    """Reach it as `gateway.users`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._uses_v2_info = True
        self._listed = PagedList("/user/list", User, "users", "user_id", caller.config.max_pages)

    async def get(self, user_id: str) -> User | None:
        """Return the user, or None if there is none. `/v2/user/info`, or `/user/info` where that is missing or short.

        The older route also returns every key of the user and costs about twice as much. Releases before 1.83
        answer 200 with empty members for an unknown user: a user of whom nothing is told but the id is none.
        Some releases (1.84.0) leave the rate limits out of `/v2/user/info`. A limit that is left out would read
        as "no limit", so the older route is used there.
        """
        named(user_id=user_id)
        if self._uses_v2_info:
            try:
                answer = await self._caller.get("/v2/user/info", user_id=user_id)
            except NotFound as missing:
                if not missing.route_missing:
                    return None
            else:
                about = answer.members()
                user = _somebody(answer, about, user_id)
                if user is None or about.keys() >= _RATE_LIMITS:
                    return user
            self._uses_v2_info = False
        return await self._get_with_keys(user_id)

    async def create(self, user: NewUser) -> None:
        """Create a user, and no key. `/user/new`. Raises Conflict (`param` is `user_id` or `user_email`).

        Nothing is returned, because the answer proves nothing: of calls racing for one id several are
        answered 200 with their own request echoed while only the first was stored. Read back with `get`.
        """
        await self._caller.post("/user/new", {**user.new_body(), "auto_create_key": False})

    async def update(self, user_id: str, changes: UserChanges) -> None:
        """Change a user that was just read back. `/user/update`. Raises Conflict (`user_email`).

        LiteLLM creates an unknown user here, without a role, and answers 200. If that happens before or
        beside `create`, the role stays empty for good: never update a user that `get` did not return a
        moment ago.
        """
        await self._caller.post("/user/update", {**changes.changed_body(), **named(user_id=user_id)})

    async def delete(self, user_id: str) -> None:
        """Delete a user and their keys. `/user/delete`. Raises NotFound."""
        await self._caller.post("/user/delete", {"user_ids": list(named(user_id=user_id).values())})

    async def list(self, user_ids: Sequence[str]) -> list[User]:
        """Return those of the given users that exist. `/user/list`, one call for 100 of them.

        LiteLLM takes a single value for a part of an id; naming it twice makes it exact. It also splits at
        commas and trims, so ids with a comma or outer spaces are asked for one by one.
        """
        wanted = dict.fromkeys(user_ids)
        plain = [user_id for user_id in wanted if "," not in user_id and user_id == user_id.strip()]
        found: list[User] = []
        for start in range(0, len(plain), _LIST_PAGE_SIZE):
            found += await self._list_some(plain[start : start + _LIST_PAGE_SIZE])
        for user_id in wanted.keys() - set(plain):
            if user := await self.get(user_id):
                found.append(user)
        return found

    async def _get_with_keys(self, user_id: str) -> User | None:
        try:
            answer = await self._caller.get("/user/info", user_id=user_id)
        except NotFound as missing:
            if missing.route_missing:
                raise
            return None
        return _somebody(answer, answer.members().get("user_info"), user_id)

    async def _list_some(self, user_ids: Sequence[str]) -> tuple[User, ...]:
        exact = ",".join([*user_ids, user_ids[0]])

        async def fetch(page: int) -> Answer:
            return await self._caller.get("/user/list", user_ids=exact, page=page, page_size=_LIST_PAGE_SIZE)

        return tuple(user for user in await self._listed.read(fetch) if user.user_id in user_ids)


def _somebody(answer: Answer, about: JsonValue, user_id: str) -> User | None:
    """Return the user a body is about, or None if it is about nobody.

    Every stored user has at least a time of creation, so one of whom only the id is told is not stored.
    """
    if not isinstance(about, dict) or not any(value for name, value in about.items() if name != "user_id"):
        return None
    if not about.get("user_id"):
        return None
    user = answer.read_part(User, about)
    if user.user_id != user_id:
        raise UnexpectedAnswer(f"{answer.route} returned a different user than requested")
    return user
