"""The form in which a person chooses channels and kinds of notices: what it shows, and what was sent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from keydesk.kit.field_types import RequestBody
from keydesk.kit.messages import message
from keydesk.kit.notice_kind import OPERATOR_KINDS, NoticeKind
from keydesk.kit.problems import InvalidRequest
from keydesk.notices.people_store import Choices
from keydesk.web.form_fields import text_of, texts_of, validated
from keydesk.web.language import N_, Language
from keydesk.web.language import gettext as _
from keydesk.web.notices.words import KIND_LABELS
from keydesk.web.time_zone import zone_named

CHANNEL_LABELS: Mapping[str, str] = {
    "mail": N_("Email"),
    "backstage": N_("Backstage"),
    "webhook": N_("Webhook"),
    "slack": N_("Slack"),
    "teams": N_("Microsoft Teams"),
    "apprise": N_("Apprise"),
}


class ChosenNotices(RequestBody):
    """The fields of the form. `on` has pairs such as `mail:key_expiring`."""

    language: Language
    on: list[str]


@dataclass(frozen=True, slots=True)
class Option:
    """A checkbox. A locked one cannot be turned off: the operator requires the kind, and there is no other channel."""

    name: str
    label: str
    is_on: bool
    is_locked: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    label: str
    is_required: bool
    options: Sequence[Option]


def rows_of(channels: Sequence[str], choices: Choices, required: Sequence[NoticeKind]) -> list[KindRow]:
    """Return a row for each kind, with a checkbox for each of the person's channels."""
    return [
        KindRow(
            _(label),
            kind in required,
            [
                _option(kind, channel, choices, kind in required and len(channels) == 1)
                for channel in channels
            ],
        )
        for kind, label in KIND_LABELS.items()
        if kind not in OPERATOR_KINDS
    ]


def _option(kind: NoticeKind, channel: str, choices: Choices, is_locked: bool) -> Option:
    is_on = is_locked or kind not in choices.turned_off.get(channel, ())
    return Option(f"{channel}:{kind}", _(CHANNEL_LABELS[channel]), is_on, is_locked)


def chosen(form: FormData, channels: Sequence[str], before: Choices, email: str | None) -> Choices:
    """Return what the form says. Channels that it does not show keep their choices. Raises InvalidRequest."""
    sent = validated(ChosenNotices, {"language": text_of(form, "language"), "on": texts_of(form, "on")})
    known = {f"{channel}:{kind}": (channel, kind) for channel in channels for kind in NoticeKind}
    if not set(sent.on) <= known.keys():
        raise InvalidRequest(message("Choose only notifications that this page offers."), param="on")
    off = {
        channel: [kind.value for kind in NoticeKind if f"{channel}:{kind}" not in sent.on]
        for channel in channels
    }
    return Choices(sent.language, {**before.turned_off, **off}, email, before.time_zone)


def chosen_zone_in(form: FormData) -> str | None:
    """Return the time zone of the form, or None for that of the settings. Raises InvalidRequest."""
    name = text_of(form, "time_zone").strip()
    if name and zone_named(name) is None:
        raise InvalidRequest(
            message("There is no time zone with this name."),
            hint=message("Choose one from the list, such as Europe/Berlin."),
            param="time_zone",
        )
    return name or None
