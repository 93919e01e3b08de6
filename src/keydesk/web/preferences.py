"""POST /theme, POST /language and POST /patterns: preferences in cookies, without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.route_rules import for_anyone
from keydesk.web import language, patterns
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to
from keydesk.web.theme import COOKIE, KEPT_SECONDS, Theme

router = APIRouter(include_in_schema=False, route_class=PageRoute)
NextPage = Annotated[str, Form(alias="next")]


@router.post("/theme", **for_anyone())
async def choose_theme(
    request: Request, theme: Annotated[Theme, Form()], next_page: NextPage = "/"
) -> Response:
    return _keeping(request, COOKIE, theme, next_page)


@router.post("/language", **for_anyone())
async def choose_language(
    request: Request, chosen: Annotated[language.Language, Form(alias="language")], next_page: NextPage = "/"
) -> Response:
    return _keeping(request, language.COOKIE, chosen, next_page)


@router.post("/patterns", **for_anyone())
async def choose_patterns(
    request: Request, chosen: Annotated[patterns.Patterns, Form(alias="patterns")], next_page: NextPage = "/"
) -> Response:
    return _keeping(request, patterns.COOKIE, chosen, next_page)


def _keeping(request: Request, cookie: str, choice: str, next_page: str) -> Response:
    answer = go_to(request, own_path(next_page))
    answer.set_cookie(cookie, choice, max_age=KEPT_SECONDS, path="/", samesite="lax")
    return answer
