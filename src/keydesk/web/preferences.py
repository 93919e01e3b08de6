"""POST /theme, /language, /patterns, /single-keys and /first-steps: preferences in cookies, without JavaScript."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from keydesk.api.route_rules import for_anyone
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest
from keydesk.web.form_fields import text_of
from keydesk.web.language import LANGUAGE
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.preference import FIRST_STEPS, KEPT_SECONDS, PATTERNS, SINGLE_KEYS, THEME, Preference
from keydesk.web.rendering import go_to

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def _choosing(preference: Preference) -> Callable[[Request], Awaitable[Response]]:
    """Return a route that stores the chosen value and leads to the page `next`."""

    async def choose(request: Request) -> Response:
        form = await request.form()
        chosen = text_of(form, preference.field)
        if chosen not in preference.values:
            raise InvalidRequest(message("Choose one of the offered values."), param=preference.field)
        answer = go_to(request, own_path(text_of(form, "next")))
        answer.set_cookie(preference.cookie, chosen, max_age=KEPT_SECONDS, path="/", samesite="lax")
        return answer

    return choose


for each in (THEME, LANGUAGE, PATTERNS, SINGLE_KEYS, FIRST_STEPS):
    router.post(each.path, **for_anyone())(_choosing(each))
