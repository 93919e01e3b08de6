"""Rules of requests: what can be asked for, what can be approved, and by whom. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from keydesk.directory.entry import Entry
from keydesk.kit.durations import max_length_of
from keydesk.kit.messages import Message, message
from keydesk.kit.problems import Conflicting, InvalidRequest, PolicyRefused
from keydesk.kit.request_kind import RequestKind
from keydesk.requests.bodies import Approval
from keydesk.requests.models import RequestRecord, RequestState, Terms
from keydesk.settings import Requests

_SHORTEST_GRANT = timedelta(minutes=1)
_DIGITS = 6
"""Messages show budgets to a millionth of a dollar."""


def check_larger(terms: Terms, current_usd: float | None) -> None:
    """Raise InvalidRequest or PolicyRefused unless a new request is for a larger budget."""
    if current_usd is None:
        raise PolicyRefused(message("This budget has no limit, so that it cannot be larger."))
    if terms.usd is None or terms.usd <= current_usd:
        raise InvalidRequest(
            message("max_budget: must be larger than the current budget"),
            hint=message("The current budget is %(amount)s US dollars.", amount=dollars(current_usd)),
            param="max_budget",
        )


def check_end(kind: RequestKind, until: datetime | None, settings: Requests, now: datetime) -> None:
    """Raise InvalidRequest if the end is in the past, or PolicyRefused if it is too late.

    The end of a lifetime is the expiration of the key, which is not limited by the longest time of other approvals.
    """
    check_until(until, None if kind is RequestKind.KEY_LIFETIME else settings.longest_grant, now)


def check_until(until: datetime | None, longest: str | None, now: datetime) -> None:
    """Raise InvalidRequest if the end is in the past, or PolicyRefused if it is later than `longest` from now."""
    if until is None:
        return
    if until < now + _SHORTEST_GRANT:
        raise InvalidRequest(message("until: must be in the future"), param="until")
    if longest is not None and until > now + max_length_of(longest):
        raise PolicyRefused(
            message("This can be approved for at most %(length)s.", length=longest),
            hint=message("Choose an earlier date, or request a permanent change."),
            param="until",
        )


def check_open(record: RequestRecord, now: datetime) -> None:
    """Raise Conflicting if the request has been decided, withdrawn, or has expired."""
    if record.state is not RequestState.PENDING:
        raise Conflicting(
            message("This request is no longer open."), hint=message("Reload the page to see its state.")
        )
    if record.expires_at <= now:
        raise Conflicting(
            message("This request has expired."), hint=message("The person can make a new request.")
        )


def approved_terms(record: RequestRecord, approval: Approval, settings: Requests, now: datetime) -> Terms:
    """Return what is approved: what was requested, or less. Raises PolicyRefused for more."""
    usd = record.asked.usd if approval.max_budget is None else approval.max_budget
    terms = replace(record.asked, usd=usd, until=approval.ends_at or record.asked.until)
    check_at_most(terms, record.asked, message("You cannot approve more than was requested."))
    check_end(record.kind, terms.until, settings, now)
    return terms


def check_at_most(terms: Terms, limit: Terms, refusal: Message) -> None:
    """Raise PolicyRefused if the terms are a larger budget than the limit, or for longer."""
    if limit.usd is not None and (terms.usd is None or terms.usd > limit.usd):
        raise PolicyRefused(
            refusal,
            hint=message("The maximum is %(amount)s US dollars.", amount=dollars(limit.usd)),
            param="max_budget",
        )
    if limit.until is not None and (terms.until is None or terms.until > limit.until):
        raise PolicyRefused(refusal, hint=message("Choose an earlier end."), param="until")


def check_unchanged(
    record: RequestRecord, terms: Terms, current_usd: float | None, seen_usd: float | None
) -> None:
    """Raise Conflicting if the budget has changed since the request, unless the approver saw the current one."""
    if current_usd is None or terms.usd is None or terms.usd <= current_usd:
        raise Conflicting(
            message("The current budget is not smaller than the approved one."),
            hint=message("Decline the request, or approve a larger budget."),
            param="max_budget",
            **_both(record, current_usd),
        )
    if current_usd not in (record.before, seen_usd):
        raise Conflicting(
            message(
                "The budget has changed since the request: it was %(before)s US dollars, and is %(now)s now.",
                before=_shown(record.before),
                now=dollars(current_usd),
            ),
            hint=message("Approve the request again if it is still right."),
            param="current_budget",
            **_both(record, current_usd),
        )


def _both(record: RequestRecord, current_usd: float | None) -> dict[str, Any]:
    return {"previous_budget": record.before, "current_budget": current_usd}


def needs_second(terms: Terms, settings: Requests) -> bool:
    """Return whether two people must approve the budget."""
    limit = settings.second_approval_above_usd
    return limit is not None and terms.usd is not None and terms.usd > limit


def is_same_person(ref: str, email: str | None, other: Entry) -> bool:
    """Return whether both are one person: the same reference, or another account with the same email address."""
    if ref == other.ref:
        return True
    return email is not None and other.email is not None and email.casefold() == other.email.casefold()


def is_approver(entry: Entry | None, settings: Requests) -> bool:
    """Return whether the person is in a group that approves requests."""
    return entry is not None and not entry.groups.isdisjoint(settings.approver_groups)


def dollars(usd: float) -> Decimal:
    """Return the amount for a message, with at most six digits after the point."""
    amount = Decimal(str(round(usd, _DIGITS)))
    return Decimal(int(amount)) if amount == int(amount) else amount


def _shown(usd: float | None) -> Decimal | Message:
    return message("unlimited") if usd is None else dollars(usd)
