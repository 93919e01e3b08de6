"""The page that a notice leads to, the label of its link, and the name of its subject. Pure."""

from collections.abc import Mapping, Set
from urllib.parse import quote

from keydesk.kit.key_ids import is_key_id
from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.models import Value
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.notices.money_words import MONEY_KINDS
from keydesk.web.notices.request_words import REQUEST_KINDS

ABOUT_MORE_THAN_KEYS = MONEY_KINDS | REQUEST_KINDS | {NoticeKind.MACHINE_SIGNED_IN}
_FIXED: Mapping[NoticeKind, tuple[str, str]] = {
    NoticeKind.FINDING: ("/admin/findings", N_("Open findings")),
    NoticeKind.MACHINE_SIGNED_IN: ("/machines", N_("Open signed-in machines")),
}
"""The pages of kinds whose subject has no page of its own."""


def page_of(kind: NoticeKind, subject: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Return the path and the label."""
    if kind in _FIXED:
        path, label = _FIXED[kind]
        return path, _(label)
    if team_id := values.get(Value.TEAM_ID):
        if is_key_id(subject):
            return f"/service-keys/{subject}", _("Open key")
        return f"/teams/{quote(team_id, safe='')}", _("Open team")
    if kind in REQUEST_KINDS:
        return f"/requests/{subject}", _("Open request")
    if subject.startswith("account:"):
        return "/", _("Open Keydesk")
    return f"/keys/{subject}", _("Open key")


def page_of_several(kinds: Set[NoticeKind]) -> tuple[str, str]:
    """Return the path and the label for a message with several notices."""
    if kinds <= REQUEST_KINDS:
        return "/requests", _("Open requests")
    if kinds & ABOUT_MORE_THAN_KEYS:
        return "/", _("Open Keydesk")
    return "/keys", _("Open keys")


def name_of(subject: str, values: Mapping[str, str]) -> str:
    """Return what the notice is about, for a list."""
    if subject.startswith("account:"):
        return _("Account")
    named = values.get(Value.TEAM) or values.get(Value.KEY) or values.get(Value.NAME)
    return named or _("Unnamed key")
