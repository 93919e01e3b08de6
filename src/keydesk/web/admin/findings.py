"""GET /admin/findings: what the watchdog found in the gateway."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from keydesk.alerts.findings import FindingKind, FindingView
from keydesk.api.dependencies import AppServices
from keydesk.api.route_rules import for_auditors
from keydesk.web.formats import number, usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.notices.money_words import FINDING_LABELS
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_REMEDIES = {
    FindingKind.STILL_ANSWERS: N_("Block the key, and check that LiteLLM enforces budgets."),
    FindingKind.NOT_RESET: N_("Check the log of LiteLLM's budget reset."),
    FindingKind.OWNER_GONE: N_("Block or delete the key, or adopt it for another person."),
    FindingKind.NO_PRICE: N_("Set the model's price in LiteLLM, or list it in alerts.watchdog.freeModels."),
}
_WALLS = {
    "key": N_("Budget of the key"),
    "team": N_("Budget of the team"),
    "account": N_("Budget of the owner"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A finding in words. `path` is the page about its subject, or None."""

    finding: FindingView
    label: str
    facts: str
    remedy: str
    path: str | None


@router.get("/admin/findings", **for_auditors())
async def findings_page(request: Request, services: AppServices) -> Response:
    found = await services.alerts.findings()
    rows = [_row(each) for each in found.findings]
    mode = services.settings.alerts.watchdog.mode
    return await page(request, "admin/findings.html", rows=rows, is_active=found.is_active, mode=mode)


def _row(found: FindingView) -> Row:
    remedy, label = _(_REMEDIES[found.kind]), _(FINDING_LABELS[found.kind])
    return Row(found, label, _facts(found), remedy, _path(found))


def _facts(found: FindingView) -> str:
    if found.kind is FindingKind.NO_PRICE:
        return _("%(count)s tokens without spend", count=number(found.tokens or 0))
    if found.kind is FindingKind.OWNER_GONE:
        return found.owner or ""
    amounts = _("%(spend)s of %(budget)s", spend=usd(found.spend or 0.0), budget=usd(found.budget))
    wall = _WALLS.get(found.wall or "")
    return f"{_(wall)}: {amounts}" if wall else amounts


def _path(found: FindingView) -> str | None:
    if found.subject.startswith("key_"):
        return f"/admin/keys?search={found.subject}"
    return None
