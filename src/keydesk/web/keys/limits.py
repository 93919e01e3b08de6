"""The limits of a key, in the reader's language: what stopped it, or what will."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.limits.models import Explanation, Limit
from keydesk.litellm import LiteLLMError, User
from keydesk.web.language import N_, translated
from keydesk.web.language import gettext as _
from keydesk.web.status import Gauge

_TAGS = {
    "ok": (N_("available"), "good"),
    "near": (N_("almost used up"), "fair"),
    "reached": (N_("used up"), "bad"),
    "unknown": (N_("not measured"), "over"),
}


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit. `gauge` is None if LiteLLM does not report how much of it is used."""

    text: str
    word: str
    tone: str
    gauge: Gauge | None
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitsPanel:
    """`summary` says whether the key works. `reasons` are those that it does not mention."""

    works: bool
    summary: str
    reasons: Sequence[str]
    lines: Sequence[LimitLine]


async def limits_of(request: Request, person: Person, user: User, key_id: str) -> LimitsPanel | None:
    """Return the limits of one of the user's keys, or None while LiteLLM is unavailable."""
    try:
        return _panel(await services_of(request).key_limits.of(person, user, key_id))
    except (LiteLLMError, NotFound):
        # The page also shows keys from before an outage, and keys that were just deleted.
        return None


def _panel(explanation: Explanation) -> LimitsPanel:
    return LimitsPanel(
        explanation.works,
        translated(explanation.summary),
        [translated(reason.text) for reason in explanation.reasons[1:]],
        [_line(limit) for limit in explanation.limits],
    )


def _line(limit: Limit) -> LimitLine:
    word, tone = _TAGS[limit.status]
    gauge = None if limit.percent is None else Gauge(0.0, 0.0, min(limit.percent, 100.0))
    return LimitLine(translated(limit.text), _(word), tone, gauge, limit.resets_at)
