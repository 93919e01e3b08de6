"""The models that a key can use, and reasons for the others. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.models.policy import Expansion, within_reach
from keydesk.teams.models import TeamView
from keydesk.web.language import gettext as _


@dataclass(frozen=True, slots=True)
class ModelHint:
    """`why_not` is None for a model that the key can use."""

    model: ModelView
    why_not: str | None


def model_hints(user: User, team: TeamView | None, catalogue: Sequence[ModelView]) -> list[ModelHint]:
    """Return every model of the gateway, usable ones first."""
    own = within_reach(user, None, catalogue)
    allowed = within_reach(user, team.models if team else None, catalogue)
    in_team = within_reach(user.model_copy(update={"models": ()}), team.models if team else None, catalogue)
    given = Expansion(catalogue).grantable(allowed)
    found = [
        ModelHint(
            model, None if model.model_name in given else _why_not(model.model_name, allowed, own, in_team)
        )
        for model in catalogue
    ]
    return sorted(found, key=lambda hint: hint.why_not is not None)


def _why_not(name: str, allowed: frozenset[str], own: frozenset[str], in_team: frozenset[str]) -> str:
    if name in allowed:
        return _("includes models this key cannot use")
    if name not in in_team:
        return _("not a model of this team")
    if name not in own:
        return _("not a model of your account")
    return _("no access")
