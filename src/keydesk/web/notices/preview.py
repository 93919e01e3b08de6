"""GET /admin/notices: the channels of the platform team, and previews of all messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from keydesk.alerts.findings import FindingKind
from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_auditors
from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.messages import Batch, StoredNotice
from keydesk.notices.models import Notice, Value
from keydesk.notices.planning import PERSONAL
from keydesk.web.language import LANGUAGES, Language
from keydesk.web.language import gettext as _
from keydesk.web.notices.choices import CHANNEL_LABELS
from keydesk.web.notices.messages import Messages
from keydesk.web.notices.money_words import MONEY_KINDS
from keydesk.web.notices.words import KIND_LABELS
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    label: str
    is_personal: bool
    is_confirmed: bool


@router.get("/admin/notices", **for_auditors())
async def notices_page(
    request: Request,
    kind: Annotated[NoticeKind, Query()] = NoticeKind.KEY_EXPIRING,
    language: Annotated[Language | None, Query()] = None,
) -> Response:
    settings = services_of(request).settings
    shown = language or settings.notices.language
    messages = Messages(settings.portal.base_url, settings.notices.time_zone)
    sample = _sample(request, kind)
    return await page(
        request,
        "admin/notices.html",
        channels=await _channels(request),
        kinds=[(each.value, _(label)) for each, label in KIND_LABELS.items()],
        kind=kind.value,
        preview_languages=LANGUAGES,
        preview_language=shown,
        content=messages.notices(sample, shown),
        body=messages.body(sample, shown),
    )


async def _channels(request: Request) -> list[ChannelRow]:
    sender = services_of(request).notices.sender
    confirmed = await sender.confirmed() if sender.channels else set()
    names = [channel.name for channel in sender.channels]
    return [ChannelRow(_(CHANNEL_LABELS[name]), name in PERSONAL, name in confirmed) for name in names]


def _sample(request: Request, kind: NoticeKind) -> Batch:
    now = services_of(request).clock()
    times = (Value.EXPIRES_AT, Value.ENDS_AT, Value.ACTS_AT, Value.LAST_USED_AT)
    values: dict[str, Any] = dict.fromkeys(times, now.isoformat()) | {Value.KEY: "laptop"}
    values |= {Value.AMOUNT: "50", Value.DECISION: "granted"}
    if kind is NoticeKind.KEY_LEAKED:
        values[Value.PLACE] = "https://git.example.com/team/project"
    if kind is NoticeKind.MACHINE_SIGNED_IN:
        values |= {Value.NAME: "laptop", Value.ADDRESS: "192.0.2.10"}
    if kind in MONEY_KINDS:
        values = _money_values(kind, now)
    notice = Notice(kind, "user:default/jane", "key_example", values=values)
    stored = StoredNotice(
        notice.id, notice.event_id, kind, notice.recipient, notice.subject, "", "", values, now
    )
    return Batch(notice.id, notice.recipient, [stored], 1, now)


def _money_values(kind: NoticeKind, now: datetime) -> dict[str, Any]:
    if kind is NoticeKind.FINDING:
        return {Value.FINDING: FindingKind.STILL_ANSWERS.value, Value.NAME: "laptop"}
    if kind is NoticeKind.SPEND_JUMP:
        return {Value.TODAY: "48.5", Value.USUAL: "3.2"}
    ends_at, used_up_on = now + timedelta(days=12), (now + timedelta(days=8)).date()
    values = {Value.PERCENT: "80", Value.SPENT: "80", Value.LIMIT: "100", Value.KEY: "laptop"}
    return {**values, Value.RESETS_AT: ends_at.isoformat(), Value.USED_UP_ON: used_up_on.isoformat()}
