"""POST /admin/keys/{action}: changes of other people's keys by the platform team, after a preview."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_key_admins
from keydesk.key_index.bulk import KeyOutcome
from keydesk.key_index.bulk_models import BulkAction, BulkRequest
from keydesk.keys.models import KeyUpdate
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number
from keydesk.web.keys.bulk import BulkResult, Item, selected
from keydesk.web.keys.choice import durations, periods
from keydesk.web.keys.form import faults_of
from keydesk.web.keys.lifetime import rules_of_caller
from keydesk.web.language import gettext as _
from keydesk.web.language import ngettext, translated
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(prefix="/admin/keys", include_in_schema=False, route_class=PageRoute)
_LIST = "/admin/keys"


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """The texts of the form for `update`. An empty field changes nothing."""

    duration: str = ""
    max_budget: str = ""
    budget_duration: str = ""
    tpm_limit: str = ""
    rpm_limit: str = ""
    models: tuple[str, ...] = ()

    @classmethod
    def sent(cls, form: FormData) -> "ChangeForm":
        texts = {name: text_of(form, name).strip() for name in cls.__dataclass_fields__ if name != "models"}
        return cls(**texts, models=tuple(texts_of(form, "models")))

    @property
    def changes(self) -> dict[str, Any]:
        """Return the fields that are set, as in the API's request body."""
        given: dict[str, Any] = {
            "duration": self.duration,
            "max_budget": amount(self.max_budget),
            "budget_duration": self.budget_duration,
            "tpm_limit": whole_number(self.tpm_limit),
            "rpm_limit": whole_number(self.rpm_limit),
            "models": list(self.models),
        }
        return {name: value for name, value in given.items() if value not in ("", None, [])}


def _add_routes(action: BulkAction) -> None:
    @router.post(f"/{action}", **for_key_admins())
    async def preview(request: Request, caller: Caller) -> Response:
        return await _preview(request, caller, action)

    @router.post(f"/{action}/apply", **for_key_admins())
    async def apply(request: Request, caller: Caller) -> Response:
        return await _apply(request, caller, action)


for each in get_args(BulkAction):
    _add_routes(each)


async def _preview(
    request: Request, person: Person, action: BulkAction, problem: InvalidRequest | None = None
) -> Response:
    """Show which keys the change would affect and which not, and ask to confirm it."""
    form, services = await request.form(), services_of(request)
    plan = BulkResult((), ())
    try:
        ids = selected(texts_of(form, "key"))
        plan = _result(await services.all_keys.bulk.planned(person, action, ids))
    except InvalidRequest as refused:
        problem = refused
    rules = services.settings.litellm.key_generation
    return await page(
        request,
        "admin/change_keys.html",
        status=problem.status if problem else 200,
        action=action,
        plan=plan,
        back=await page_after(request, _LIST),
        form=ChangeForm.sent(form),
        faults=faults_of(problem, (), "") if problem else {},
        problem=sentence(problem) if problem else None,
        durations=durations(await rules_of_caller(request, None)),
        periods=[each for each in periods(rules) if each[0]],
        models=await services.catalogue.models() if action == "update" else (),
    )


async def _apply(request: Request, person: Person, action: BulkAction) -> Response:
    """Change the keys. Lead back to the list if all were changed, or else show the result of each."""
    form, services = await request.form(), services_of(request)
    try:
        ids = selected(texts_of(form, "key"))
        update = validated(KeyUpdate, ChangeForm.sent(form).changes) if action == "update" else None
        change = BulkRequest(ids=ids, action=action, changes=update)
    except InvalidRequest as problem:
        return await _preview(request, person, action, problem)
    result = _result(await services.all_keys.bulk.applied(person, change))
    back, count = await page_after(request, _LIST), len(result.done)
    text = ngettext("%(count)d key changed.", "%(count)d keys changed.", count, count=count)
    if not result.failed:
        return go_to(request, back, FlashMessage(text))
    content: dict[str, Any] = {
        "title": text if count else _("No keys were changed."),
        "back_label": _("Back to all keys"),
    }
    return await page(request, "keys/selected_result.html", result=result, back=back, undo=None, **content)


def _result(outcomes: Sequence[KeyOutcome]) -> BulkResult:
    items = [_item(outcome) for outcome in outcomes]
    return BulkResult([item for item in items if not item.problem], [item for item in items if item.problem])


def _item(outcome: KeyOutcome) -> Item:
    problem = translated(outcome.obstacle) if outcome.obstacle else None
    if outcome.error is not None:
        problem = sentence(as_problem(outcome.error))
    return Item(outcome.key_id, outcome.entry, problem)
