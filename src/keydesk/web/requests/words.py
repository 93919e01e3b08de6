"""What requests are about, in words. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import RequestRecord, Terms
from keydesk.web.formats import duration, moment, some, usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_MANY = 12
KIND_LABELS: Mapping[RequestKind, str] = {
    RequestKind.ACCOUNT_BUDGET: N_("Budget"),
    RequestKind.ACCOUNT_MODELS: N_("Model"),
    RequestKind.TEAM_MEMBERSHIP: N_("Team membership"),
    RequestKind.NEW_TEAM: N_("New team"),
}
"""The kinds that need no object, which the form for new requests offers."""
LARGER_BUDGETS = {RequestKind.ACCOUNT_BUDGET, RequestKind.KEY_BUDGET, RequestKind.MEMBER_BUDGET}
PERMANENT = {RequestKind.TEAM_MEMBERSHIP, RequestKind.NEW_TEAM}
_TITLES: Mapping[RequestKind, str] = {
    RequestKind.ACCOUNT_BUDGET: N_("Request a larger budget for your account"),
    RequestKind.KEY_BUDGET: N_("Request a larger budget for %(name)s"),
    RequestKind.ACCOUNT_MODELS: N_("Request a model for your account"),
    RequestKind.KEY_MODELS: N_("Request a model for %(name)s"),
    RequestKind.TEAM_MEMBERSHIP: N_("Request to join a team"),
    RequestKind.NEW_TEAM: N_("Request a new team"),
    RequestKind.MEMBER_BUDGET: N_("Request a larger budget in %(name)s"),
    RequestKind.KEY_LIFETIME: N_("Request a longer lifetime of %(name)s"),
}


def title_of(kind: RequestKind, name: str | None) -> str:
    """Return the title of the form for a new request. `name` is that of the key or team."""
    return _(_TITLES[kind], name=name or _("Unnamed key"))


def subject_of(record: RequestRecord) -> str:
    """Return what the request is about."""
    return _SUBJECTS[record.kind](record)


def terms_of(terms: Terms) -> str:
    """Return what was requested or approved, without its end."""
    if terms.model:
        return terms.model
    if terms.team:
        models, period = some(terms.team["models"], _MANY), duration(terms.team["budget_duration"] or "30d")
        return _(
            "%(amount)s every %(period)s, for %(models)s", amount=usd(terms.usd), period=period, models=models
        )
    return _("no own budget") if terms.usd is None else usd(terms.usd)


def state_before(record: RequestRecord) -> tuple[str, str] | None:
    """Return the state at the time of the request, with its label."""
    if record.kind in PERMANENT:
        return None
    if isinstance(record.before, dict):
        expires_at = record.before["expires_at"]
        shown = moment(datetime.fromisoformat(expires_at)) if expires_at else _("Never")
        return _("Expiration at that time"), shown
    if isinstance(record.before, list):
        return _("Models at that time"), some(record.before, _MANY)
    return _("Budget at that time"), _("No limit") if record.before is None else usd(record.before)


def _key(record: RequestRecord) -> str:
    return record.target_name or _("Unnamed key")


def _team(record: RequestRecord) -> str:
    return record.target_name or record.target_id


_SUBJECTS: Mapping[RequestKind, Callable[[RequestRecord], str]] = {
    RequestKind.ACCOUNT_BUDGET: lambda _record: _("Budget of the account"),
    RequestKind.KEY_BUDGET: lambda record: _("Budget of the key “%(key)s”", key=_key(record)),
    RequestKind.ACCOUNT_MODELS: lambda _record: _("Model for the account"),
    RequestKind.KEY_MODELS: lambda record: _("Model for the key “%(key)s”", key=_key(record)),
    RequestKind.NEW_TEAM: lambda record: _("New team “%(team)s”", team=_team(record)),
    RequestKind.MEMBER_BUDGET: lambda record: _("Budget in the team “%(team)s”", team=_team(record)),
    RequestKind.KEY_LIFETIME: lambda record: _("Lifetime of the key “%(key)s”", key=_key(record)),
    RequestKind.TEAM_MEMBERSHIP: lambda record: _("Membership of the team “%(team)s”", team=_team(record)),
}
