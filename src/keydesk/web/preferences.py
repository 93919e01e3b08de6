"""POST /theme: the theme somebody chose, also without a script."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.route_rules import for_anyone
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to
from keydesk.web.theme import COOKIE, KEPT_SECONDS, Theme

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.post("/theme", **for_anyone())
async def choose_theme(
    request: Request, theme: Annotated[Theme, Form()], next_page: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    answer = go_to(request, own_path(next_page))
    answer.set_cookie(COOKIE, theme, max_age=KEPT_SECONDS, path="/", samesite="lax")
    return answer
