"""What notices say, in the reader's language. No text contains a secret or a link that acts on its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.messages import StoredNotice
from keydesk.notices.models import PLATFORM, Value
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.notices import request_words
from keydesk.web.notices.money_words import MONEY_KINDS, money_facts, money_sentence
from keydesk.web.notices.times import Times

KIND_LABELS: Mapping[NoticeKind, str] = {
    NoticeKind.KEY_CREATED: N_("A key was created in your name"),
    NoticeKind.KEY_ROTATED: N_("A key was rotated"),
    NoticeKind.KEY_EXPIRING: N_("A key expires soon"),
    NoticeKind.KEY_EXPIRED: N_("A key has expired"),
    NoticeKind.KEY_BLOCKED: N_("A key was blocked"),
    NoticeKind.KEY_IDLE: N_("A key has not been used for a long time"),
    NoticeKind.KEY_POLICY: N_("A key breaks a policy and will be blocked"),
    NoticeKind.KEY_LEAKED: N_("A key was reported as leaked"),
    NoticeKind.BUDGET_THRESHOLD: N_("A budget reaches a threshold"),
    NoticeKind.BUDGET_FORECAST: N_("A budget will be used up before it resets"),
    NoticeKind.SPEND_JUMP: N_("The spend of a day is much higher than usual"),
    NoticeKind.FINDING: N_("The watchdog found something in the gateway"),
    **request_words.LABELS,
    NoticeKind.MACHINE_SIGNED_IN: N_("A machine was signed in in your name"),
}
_ADVICE: Mapping[NoticeKind, str] = {
    NoticeKind.KEY_CREATED: N_("If you did not create this key, delete it and tell the platform team."),
    NoticeKind.KEY_ROTATED: N_("If you did not expect this, tell the platform team."),
    NoticeKind.KEY_EXPIRING: N_("Extend or replace the key before it expires. Requests fail afterwards."),
    NoticeKind.KEY_EXPIRED: N_("Requests with this key fail. Create a new key if you still need one."),
    NoticeKind.KEY_BLOCKED: N_("Requests with this key fail until it is unblocked."),
    NoticeKind.KEY_IDLE: N_("Delete the key if you no longer need it."),
    NoticeKind.KEY_POLICY: N_("Open the key to see what you can do."),
    NoticeKind.KEY_LEAKED: N_(
        "Replace the key everywhere you use it, and remove it from where it was found."
    ),
    NoticeKind.BUDGET_THRESHOLD: N_("LiteLLM rejects requests when a budget is used up."),
    NoticeKind.BUDGET_FORECAST: N_("The forecast is based on the spend of the last seven days."),
    NoticeKind.SPEND_JUMP: N_("If you did not expect this, check your keys and tools."),
    NoticeKind.FINDING: N_("Open the findings in the administration to see what you can do."),
    **request_words.ADVICE,
    NoticeKind.MACHINE_SIGNED_IN: N_("If this was not you, sign the machine out and tell the platform team."),
}
_LABELS = {
    Value.BY: N_("By"),
    Value.REASON: N_("Reason"),
    Value.PLACE: N_("Found at"),
    Value.ADDRESS: N_("IP address"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one notice. `facts` are pairs of label and value."""

    sentence: str
    advice: str
    facts: tuple[tuple[str, str], ...]


def words_of(notice: StoredNotice, zone: tzinfo, *, names_person: bool) -> Words:
    """Return the words of a notice. With `names_person`, the reader is not the person whose key it is."""
    values = {name: _plain(value) for name, value in notice.values.items()}
    key = values.get(Value.KEY) or _("Unnamed key")
    times = Times(values, zone)
    facts = [(_(label), values[name]) for name, label in _LABELS.items() if values.get(name)]
    facts += money_facts(notice.kind, values, times[Value.RESETS_AT])
    if notice.kind not in MONEY_KINDS and (team_id := values.get(Value.TEAM_ID)):
        facts.insert(0, (_("Team"), team_id))
    elif names_person and notice.recipient != PLATFORM and notice.kind not in request_words.TO_APPROVERS:
        facts.insert(0, (_("Owner"), notice.recipient))
    if notice.kind in MONEY_KINDS:
        sentence = money_sentence(notice.kind, values, names_person=names_person)
    else:
        sentence = _SENTENCES[notice.kind](key, times)
    return Words(sentence, _(_ADVICE[notice.kind]), tuple(facts))


def _created(key: str, _times: Times) -> str:
    return _("The key “%(key)s” was created.", key=key)


def _rotated(key: str, times: Times) -> str:
    ends = times[Value.ENDS_AT]
    if ends is None:
        return _("The key “%(key)s” has a new secret.", key=key)
    return _("The key “%(key)s” has a new secret. The old secret works until %(time)s.", key=key, time=ends)


def _expiring(key: str, times: Times) -> str:
    ends = times[Value.EXPIRES_AT]
    if ends is None:
        return _("The key “%(key)s” expires soon.", key=key)
    return _("The key “%(key)s” expires on %(time)s.", key=key, time=ends)


def _expired(key: str, times: Times) -> str:
    ended = times[Value.EXPIRES_AT]
    if ended is None:
        return _("The key “%(key)s” has expired.", key=key)
    return _("The key “%(key)s” expired on %(time)s.", key=key, time=ended)


def _blocked(key: str, _times: Times) -> str:
    return _("The key “%(key)s” was blocked.", key=key)


def _idle(key: str, times: Times) -> str:
    used, acts = times[Value.LAST_USED_AT], times[Value.ACTS_AT]
    text = (
        _("The key “%(key)s” was last used on %(time)s.", key=key, time=used)
        if used
        else _("The key “%(key)s” has not been used.", key=key)
    )
    if not acts:
        return text
    blocks = _("Keydesk blocks it on %(time)s.", time=acts)  # Python 3.11 finds no text inside of an f-string
    return f"{text} {blocks}"


def _policy(key: str, times: Times) -> str:
    acts = times[Value.ACTS_AT]
    if acts is None:
        return _("The key “%(key)s” breaks a policy.", key=key)
    if times.values.get(Value.ACTION) == "rotate":
        return _("Rotate the key “%(key)s” before %(time)s. Keydesk blocks it then.", key=key, time=acts)
    if times.values.get(Value.ACTION) == "shorten":
        return _("Keydesk shortens the lifetime of the key “%(key)s” on %(time)s.", key=key, time=acts)
    return _("Keydesk blocks the key “%(key)s” on %(time)s.", key=key, time=acts)


def _leaked(key: str, _times: Times) -> str:
    return _("The key “%(key)s” was reported as leaked.", key=key)


def _machine(_key: str, times: Times) -> str:
    name = times.values.get(Value.NAME)
    if not name:
        return _("A machine without a name was signed in with the command line.")
    return _("The machine “%(name)s” was signed in with the command line.", name=name)


_SENTENCES: Mapping[NoticeKind, Callable[[str, Times], str]] = {
    NoticeKind.KEY_CREATED: _created,
    NoticeKind.KEY_ROTATED: _rotated,
    NoticeKind.KEY_EXPIRING: _expiring,
    NoticeKind.KEY_EXPIRED: _expired,
    NoticeKind.KEY_BLOCKED: _blocked,
    NoticeKind.KEY_IDLE: _idle,
    NoticeKind.KEY_POLICY: _policy,
    NoticeKind.KEY_LEAKED: _leaked,
    **request_words.SENTENCES,
    NoticeKind.MACHINE_SIGNED_IN: _machine,
}


def _plain(text: str) -> str:
    """Return the text without control characters, such as line breaks, which could forge lines of a message."""
    return "".join(character if character.isprintable() else " " for character in text)
