"""What notices about budgets, spend and findings say, in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import date

from babel.dates import format_date

from keydesk.alerts.findings import FindingKind
from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.models import Value
from keydesk.web.formats import percent, usd
from keydesk.web.language import N_, current_locale
from keydesk.web.language import gettext as _

Values = Mapping[str, str]
MONEY_KINDS = frozenset(
    {NoticeKind.BUDGET_THRESHOLD, NoticeKind.BUDGET_FORECAST, NoticeKind.SPEND_JUMP, NoticeKind.FINDING}
)
FINDING_LABELS: Mapping[FindingKind, str] = {
    FindingKind.STILL_ANSWERS: N_("Key works although a budget is used up"),
    FindingKind.NOT_RESET: N_("Budget was not reset on time"),
    FindingKind.OWNER_GONE: N_("Owner of the key is gone"),
    FindingKind.NO_PRICE: N_("Model without a price"),
}


def money_sentence(kind: NoticeKind, values: Values, *, names_person: bool) -> str:
    """Return the sentence. With `names_person`, the reader is not the person whose account it is."""
    if kind is NoticeKind.FINDING:
        return _finding(values)
    if kind is NoticeKind.BUDGET_THRESHOLD:
        return _threshold(values, names_person=names_person)
    if kind is NoticeKind.BUDGET_FORECAST:
        return _forecast(values, names_person=names_person)
    return _jump(values, names_person=names_person)


def money_facts(kind: NoticeKind, values: Values, resets_at: str | None) -> list[tuple[str, str]]:
    """Return the amounts and days, without those that the recipient may not see."""
    if kind not in MONEY_KINDS:
        return []
    shown = {name: _amount(values.get(name)) for name in (Value.SPENT, Value.LIMIT, Value.TODAY, Value.USUAL)}
    facts = [
        (_("Spent"), shown[Value.SPENT]),
        (_("Budget"), shown[Value.LIMIT]),
        (_("Spent today"), shown[Value.TODAY]),
        (_("Usual day"), shown[Value.USUAL]),
        (_("Probably used up on"), _day(values.get(Value.USED_UP_ON))),
        (_("Resets on"), resets_at),
    ]
    return [(label, text) for label, text in facts if text]


def _threshold(values: Values, *, names_person: bool) -> str:
    used, name = percent(float(values.get(Value.PERCENT, "0"))), _name(values)
    if values.get(Value.MEMBER) and names_person:
        return _(
            "A member of the team “%(name)s” has used %(percent)s of their budget.", name=name, percent=used
        )
    if values.get(Value.MEMBER):
        return _("You have used %(percent)s of your budget in the team “%(name)s”.", name=name, percent=used)
    if values.get(Value.TEAM):
        return _("The team “%(name)s” has used %(percent)s of its budget.", name=name, percent=used)
    if Value.KEY in values:
        return _("The key “%(name)s” has used %(percent)s of its budget.", name=name, percent=used)
    if names_person:
        return _("A person has used %(percent)s of their budget.", percent=used)
    return _("You have used %(percent)s of your budget.", percent=used)


def _forecast(values: Values, *, names_person: bool) -> str:
    name = _name(values)
    if values.get(Value.MEMBER) and names_person:
        return _("A member's budget in the team “%(name)s” will be used up before it resets.", name=name)
    if values.get(Value.MEMBER):
        return _("Your budget in the team “%(name)s” will be used up before it resets.", name=name)
    if values.get(Value.TEAM):
        return _("The budget of the team “%(name)s” will be used up before it resets.", name=name)
    if Value.KEY in values:
        return _("The budget of the key “%(name)s” will be used up before it resets.", name=name)
    if names_person:
        return _("A person's budget will be used up before it resets.")
    return _("Your budget will be used up before it resets.")


def _jump(values: Values, *, names_person: bool) -> str:
    if values.get(Value.TEAM):
        return _("The team “%(name)s” spent much more today than usual.", name=_name(values))
    if names_person:
        return _("A person spent much more today than usual.")
    return _("You spent much more today than usual.")


def _finding(values: Values) -> str:
    sentence = _FINDINGS.get(values.get(Value.FINDING, ""), _unknown)
    return sentence(values.get(Value.NAME) or _("Unnamed key"))


def _unknown(_name: str) -> str:
    return _("The watchdog found something in the gateway.")


_FINDINGS: Mapping[str, Callable[[str], str]] = {
    FindingKind.STILL_ANSWERS: lambda name: _(
        "The key “%(name)s” still works although a budget is used up.", name=name
    ),
    FindingKind.NOT_RESET: lambda name: _("The budget of “%(name)s” was not reset on time.", name=name),
    FindingKind.OWNER_GONE: lambda name: _("The owner of the key “%(name)s” is gone.", name=name),
    FindingKind.NO_PRICE: lambda name: _("The model “%(name)s” has tokens but no spend.", name=name),
}


def _name(values: Values) -> str:
    return values.get(Value.TEAM) or values.get(Value.KEY) or _("Unnamed key")


def _amount(text: str | None) -> str | None:
    try:
        return usd(float(text)) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> str | None:
    try:
        return format_date(date.fromisoformat(text), "medium", locale=current_locale()) if text else None
    except ValueError:
        return None
