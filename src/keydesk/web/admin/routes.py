"""The read-only pages below /admin, for auditors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_auditors
from keydesk.kit.field_types import Printable
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, NotFound
from keydesk.provisioning_preview.models import GroupPreview, PersonPreview
from keydesk.provisioning_preview.service import Previews
from keydesk.web.admin.accounts import accounts_content
from keydesk.web.admin.comparison import Progress, comparison_content
from keydesk.web.admin.preview import preview_words
from keydesk.web.error_view import sentence
from keydesk.web.language import translated
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=PageRoute)
Asked = Annotated[str, Query(max_length=255)]
Place = Annotated[Printable, Query(max_length=255)]
Count = Annotated[int, Query(ge=0, le=1_000_000_000)]


@router.get("", **for_auditors())
async def health_page(request: Request) -> Response:
    return await page(request, "admin/health.html", states=await services_of(request).health.parts())


@router.get("/provisioning", **for_auditors())
async def provisioning_page(request: Request, group: Asked = "", user: Asked = "") -> Response:
    """An unknown name is reported above the form, which keeps its values."""
    services = services_of(request)
    content = dict[str, Any](preview=None, problem=None, translated=translated)
    try:
        preview = await _preview(services.previews, group.strip(), user.strip())
        content |= await preview_words(services.people_names, preview) if preview else {}
    except (InvalidRequest, NotFound) as refused:
        content["problem"] = refused
    problem = content["problem"]
    text = sentence(problem) if problem else ""
    faults = {problem.param: text} if problem and problem.param in {"group", "user"} else {}
    content |= {"problem_text": text, "faults": faults, "typed": {"group": group, "user": user}}
    return await page(
        request, "admin/provisioning.html", status=problem.status if problem else 200, **content
    )


async def _preview(previews: Previews, group: str, user: str) -> GroupPreview | PersonPreview | None:
    if group and user:
        raise InvalidRequest(message("Enter a group or a person, not both."), param="group")
    if group:
        return await previews.of_group(group)
    return await previews.of_user(user) if user else None


def progress_so_far(seen: Count = 0, found: Count = 0, unknown: Count = 0) -> Progress:
    return Progress(seen, found, unknown)


@router.get("/accounts", **for_auditors())
async def accounts_page(request: Request) -> Response:
    content = await accounts_content(request)
    status = content["problem"].status if content["problem"] else 200
    return await page(request, "admin/accounts.html", status=status, **content)


@router.get("/accounts/compare", **for_auditors())
async def comparison_page(
    request: Request, before: Annotated[Progress, Depends(progress_so_far)], after: Place = ""
) -> Response:
    """Compare one part of the accounts per request, so that any number can be compared with progress."""
    content = await comparison_content(request, before, after)
    back = await page_after(request, "/admin/accounts")
    return await page(request, "admin/comparison.html", **content, back=back)


@router.get("/configuration", **for_auditors())
async def configuration_page(request: Request) -> Response:
    return await page(request, "admin/configuration.html", lines=services_of(request).effective_settings())
