"""Calls for users. The caller must check who may have an account."""

from collections.abc import AsyncIterator, Sequence

from pydantic import JsonValue

from keydesk.litellm.call import Answer, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import NotFound, UnexpectedAnswer
from keydesk.litellm.paging import PagedList
from keydesk.litellm.shapes.user import NewUser, User, UserChanges, UserPage

_LIST_PAGE_SIZE = 100
_RATE_LIMITS = {"tpm_limit", "rpm_limit"}


class Users:
    """Users, available as `gateway.users`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._uses_v2_info = True
        self._listed = PagedList("/user/list", User, "users", "user_id", caller.config.max_pages)

    async def get(self, user_id: str) -> User | None:
        """Return the user, or None. `/v2/user/info`, or `/user/info` if that is missing or incomplete.

        The older route also returns all keys of the user and costs about twice as much. For an unknown user,
        releases before 1.83 return 200 with the id and otherwise empty members; this counts as None. Some releases
        (1.84.0) omit the rate limits from `/v2/user/info`. An omitted limit would mean "no limit", so the older
        route is used for them.
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
        """Create a user without a key. `/user/new`. Raises Conflict (`param` is `user_id` or `user_email`).

        Returns nothing because the response is not reliable: of concurrent calls with one id, several get 200 with
        their own values, but only the first is stored. Use `get` to read the result.
        """
        await self._caller.post("/user/new", {**user.new_body(), "auto_create_key": False})

    async def update(self, user_id: str, changes: UserChanges) -> None:
        """Change a user that you have just read. `/user/update`. Raises Conflict (`user_email`).

        For an unknown id, LiteLLM creates a user without a role and returns 200. If this happens before or during
        `create`, the role stays empty. Call `get` immediately before, and do not update a user that it does not
        return.
        """
        await self._caller.post("/user/update", {**changes.changed_body(), **named(user_id=user_id)})

    async def delete(self, user_id: str) -> None:
        """Delete a user and their keys. `/user/delete`. Raises NotFound."""
        await self._caller.post("/user/delete", {"user_ids": list(named(user_id=user_id).values())})

    async def list(self, user_ids: Sequence[str]) -> list[User]:
        """Return those of the given users that exist. `/user/list`, one call per 100 users.

        LiteLLM matches a single value as part of an id; sending it twice makes it exact. It also splits values at
        commas and trims them, so ids with a comma or surrounding spaces are requested individually.
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

    async def pages(self) -> AsyncIterator[UserPage]:
        """Yield all users, one page at a time, oldest first, so that new ones are on the last page. `/user/list`."""
        number, pages = 1, 1
        while number <= pages:
            answer = await self._caller.get(
                "/user/list", page=number, page_size=_LIST_PAGE_SIZE, sort_by="created_at", sort_order="asc"
            )
            page = answer.read(UserPage)
            yield page
            number, pages = number + 1, page.pages

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
    """Return the user in a response, or None if it does not exist.

    Every stored user has a creation time, so a user with nothing but an id is not stored.
    """
    if not isinstance(about, dict) or not any(value for name, value in about.items() if name != "user_id"):
        return None
    if not about.get("user_id"):
        return None
    user = answer.read_part(User, about)
    if user.user_id != user_id:
        raise UnexpectedAnswer(f"{answer.route} returned a different user than requested")
    return user
