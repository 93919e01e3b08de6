"""What a person can open from the command palette. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from keydesk.keys.models import KeyView
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
from keydesk.web.language import gettext as _
from keydesk.web.teams.view import address


@dataclass(frozen=True, slots=True)
class Item:
    """`kind` says what `label` names, such as "Team". `href` is a path of the portal."""

    kind: str
    label: str
    href: str
    detail: str = ""


def pages(found: Iterable[tuple[str, str]]) -> list[Item]:
    """Return an item for each path and label."""
    return [Item(_("Page"), label, path) for path, label in found]


def actions(*, may_create_team: bool) -> list[Item]:
    """Return the actions that have a page. The buttons of the header are added in the browser."""
    found = [Item(_("Action"), _("New key"), "/keys/new")]
    if may_create_team:
        found.append(Item(_("Action"), _("New team"), "/teams/new"))
    return found


def keys(found: Sequence[KeyView], teams: Sequence[TeamView]) -> list[Item]:
    """Return the keys with a name. Those without one are in the list of keys only."""
    names = {team.team_id: team.team_alias or "" for team in teams}
    return [
        Item(_("Key"), key.key_alias, f"/keys/{key.token}", names.get(key.team_id or "", ""))
        for key in found
        if key.key_alias
    ]


def teams(found: Sequence[TeamView]) -> list[Item]:
    return [Item(_("Team"), team.team_alias or _("Unnamed team"), address(team.team_id)) for team in found]


def models(found: Sequence[ModelView]) -> list[Item]:
    return [Item(_("Model"), model.model_name, _searched("/models", model.model_name)) for model in found]


def _searched(path: str, text: str) -> str:
    return f"{path}?{urlencode({'q': text})}"
