"""What notices about requests say, in the reader's language."""

from collections.abc import Callable, Mapping

from keydesk.kit.notice_kind import NoticeKind
from keydesk.kit.request_kind import RequestKind
from keydesk.notices.models import Value
from keydesk.requests.models import RequestState
from keydesk.web.formats import usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.notices.times import Times

LABELS: Mapping[NoticeKind, str] = {
    NoticeKind.REQUEST_RECEIVED: N_("A request waits for your decision"),
    NoticeKind.REQUEST_WAITING: N_("A request still waits for your decision"),
    NoticeKind.REQUEST_EXPIRING: N_("A request is about to expire"),
    NoticeKind.REQUEST_DECIDED: N_("Your request was decided"),
    NoticeKind.GRANT_ENDED: N_("Something that was approved for a time has ended"),
}
REQUEST_KINDS = frozenset(LABELS)
TO_APPROVERS = {NoticeKind.REQUEST_RECEIVED, NoticeKind.REQUEST_WAITING}
ADVICE: Mapping[NoticeKind, str] = {
    NoticeKind.REQUEST_RECEIVED: N_("Open the request to approve or decline it."),
    NoticeKind.REQUEST_WAITING: N_("Open the request to approve or decline it."),
    NoticeKind.REQUEST_EXPIRING: N_("Without a decision, the person must make a new request."),
    NoticeKind.REQUEST_DECIDED: N_("Open the request for details."),
    NoticeKind.GRANT_ENDED: N_("Make a new request if you need more."),
}


def received(_key: str, times: Times) -> str:
    """Return the sentence for the approvers."""
    return _("Requested: %(request)s.", request=_request(times, _("an account")))


def waiting(_key: str, times: Times) -> str:
    """Return the sentence of a reminder."""
    return _("Still waiting for a decision: %(request)s.", request=_request(times, _("an account")))


def expiring(_key: str, times: Times) -> str:
    """Return the sentence before the end of the time for a decision."""
    request, at = _request(times, _("an account")), times[Value.EXPIRES_AT]
    return _("This request expires on %(time)s: %(request)s.", time=at or "?", request=request)


def decided(_key: str, times: Times) -> str:
    """Return the sentence for the person who made the request."""
    request, ends = _request(times, _("your account")), times[Value.ENDS_AT]
    match times.values.get(Value.DECISION):
        case RequestState.GRANTED if ends:
            return _("Approved until %(time)s: %(request)s.", time=ends, request=request)
        case RequestState.APPROVED | RequestState.GRANTED:
            return _("Approved: %(request)s.", request=request)
        case RequestState.EXPIRED:
            return _("Expired without a decision: %(request)s.", request=request)
        case _other:
            return _("Declined: %(request)s.", request=request)


def ended(_key: str, times: Times) -> str:
    """Return the sentence about the end of a grant."""
    return _("This has ended: %(request)s.", request=_request(times, _("your account")))


def _request(times: Times, account: str) -> str:
    """Return what was requested."""
    values = times.values
    key = values.get(Value.KEY)
    what = _("the key “%(key)s”", key=key) if key else account
    match values.get(Value.REQUEST):
        case RequestKind.ACCOUNT_MODELS | RequestKind.KEY_MODELS:
            return _("the model %(model)s for %(what)s", model=values.get(Value.MODEL, "?"), what=what)
        case RequestKind.TEAM_MEMBERSHIP:
            return _("membership of the team “%(team)s”", team=values.get(Value.TEAM, "?"))
        case RequestKind.KEY_LIFETIME:
            return _("a longer lifetime of %(what)s", what=what)
        case RequestKind.NEW_TEAM:
            team = values.get(Value.TEAM, "?")
            return _("a team “%(team)s” with a budget of %(amount)s", amount=_amount(times), team=team)
        case RequestKind.MEMBER_BUDGET:
            team = values.get(Value.TEAM, "?")
            return _("a budget of %(amount)s in the team “%(team)s”", amount=_amount(times), team=team)
        case _budget:
            return _("a budget of %(amount)s for %(what)s", amount=_amount(times), what=what)


def _amount(times: Times) -> str:
    try:
        return usd(float(times.values[Value.AMOUNT]))
    except (KeyError, ValueError):
        return "?"


SENTENCES: Mapping[NoticeKind, Callable[[str, Times], str]] = {
    NoticeKind.REQUEST_RECEIVED: received,
    NoticeKind.REQUEST_WAITING: waiting,
    NoticeKind.REQUEST_EXPIRING: expiring,
    NoticeKind.REQUEST_DECIDED: decided,
    NoticeKind.GRANT_ENDED: ended,
}
