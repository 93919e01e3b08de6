"""The audit log's vocabulary in the reader's language. Pure."""

from collections.abc import Mapping

from keydesk.accounts.names import PersonName
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Outcome
from keydesk.audit.reading import ChangeView
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_TABLES = {
    AuditedTable.KEY: N_("API key"),
    AuditedTable.USER: N_("account"),
    AuditedTable.TEAM: N_("team"),
    AuditedTable.MEMBERSHIP: N_("team members"),
    AuditedTable.OBJECT_PERMISSION: N_("knowledge bases and MCP servers"),
    AuditedTable.SESSION: N_("session"),
    AuditedTable.PERMISSION: N_("permission"),
    AuditedTable.REQUEST: N_("request"),
    AuditedTable.CONFIGURATION: N_("configuration"),
    AuditedTable.AUDIT_LOG: N_("audit log"),
    AuditedTable.STATEMENT: N_("statement"),
    AuditedTable.MACHINE: N_("signed-in machine"),
}
_ACTIONS = {
    Action.CREATED: N_("created"),
    Action.UPDATED: N_("updated"),
    Action.EXTENDED: N_("extended"),
    Action.DELETED: N_("deleted"),
    Action.BLOCKED: N_("blocked"),
    Action.UNBLOCKED: N_("unblocked"),
    Action.ADOPTED: N_("adopted"),
    Action.SPEND_RESET: N_("spend reset"),
    Action.ROTATED: N_("rotated"),
    Action.SECRET_ENDED: N_("previous secret ended"),
    Action.LEAK_REPORTED: N_("reported as leaked"),
    Action.REQUESTED: N_("requested"),
    Action.APPROVED: N_("approved"),
    Action.DECLINED: N_("declined"),
    Action.WITHDRAWN: N_("withdrawn"),
    Action.EXPIRED: N_("expired without a decision"),
    Action.GRANT_ENDED: N_("larger budget ended"),
    Action.SIGNED_IN: N_("signed in"),
    Action.SIGNED_OUT: N_("signed out"),
    Action.REFUSED: N_("refused"),
    Action.CONFIGURED: N_("configured"),
    Action.PRUNED: N_("pruned"),
    Action.CLOSED: N_("closed"),
    Action.DOWNLOADED: N_("downloaded"),
}
_OUTCOMES = {
    Outcome.SUCCEEDED: (N_("succeeded"), "good"),
    Outcome.FAILED: (N_("failed"), "bad"),
    Outcome.UNDONE: (N_("undone"), "over"),
    Outcome.UNKNOWN: (N_("unknown"), "fair"),
}


_NAMES = ("key_alias", "alias", "team_alias", "name")


def name_in(change: ChangeView) -> str | None:
    """Return the name of the changed object, if the change has it."""
    values = {**change.before_value, **change.updated_values}
    return next((str(values[each]) for each in _NAMES if values.get(each)), None)


def actor_name(ref: str, people: Mapping[str, PersonName]) -> str:
    """Return the name of who made a change: a person, a service or Keydesk."""
    if ref == SYSTEM_ACTOR:
        return "Keydesk"
    return people[ref].name if ref in people else ref


def tables() -> dict[str, str]:
    """Return the labels of tables by name."""
    return {name: _(label) for name, label in _TABLES.items()}


def actions() -> dict[str, str]:
    """Return the labels of actions by name."""
    return {name: _(label) for name, label in _ACTIONS.items()}


def was_not_made(change: ChangeView) -> bool:
    """Return whether the change failed, was undone, or may not have happened. One in progress counts as made."""
    return change.outcome not in {Outcome.SUCCEEDED, None}


def outcome_of(name: str | None) -> tuple[str, str]:
    """Return how a change ended and the tone of its tag; a change without an outcome is in progress."""
    label, tone = _OUTCOMES.get(Outcome(name), ("", "over")) if name else (N_("in progress"), "fair")
    return _(label), tone
