"""Which models a list of names reaches, and which a key may be given. Pure.

LiteLLM's lists hold model names, access groups, wildcards such as `openai/*` and a few special words; an
empty list means every model.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from keydesk.litellm import Team, User
from keydesk.models.models import ModelView
from keydesk.problems import InvalidRequest, PolicyRefused

_EVERY_MODEL = {"all-proxy-models", "*"}
_ONLY_THROUGH_TEAMS = "no-default-models"
_OF_THE_TEAM = "all-team-models"


class Reach:
    """The models somebody may use, out of a catalogue. `everything` also covers models added later."""

    def __init__(self, listed: Iterable[str], catalogue: Sequence[ModelView]) -> None:
        names = set(listed)
        self.everything = not names or not names.isdisjoint(_EVERY_MODEL)
        self.names = frozenset(
            model.model_name for model in catalogue if self.everything or _is_listed(model, names)
        )


def _is_listed(model: ModelView, names: set[str]) -> bool:
    if model.model_name in names or not names.isdisjoint(model.access_groups):
        return True
    return any("*" in name and fnmatchcase(model.model_name, name) for name in names)


def models_for_key(
    requested: Sequence[str], user: User, team: Team | None, catalogue: Sequence[ModelView]
) -> tuple[str, ...]:
    """The list to store with a key.

    A key may reach what both its owner and its team may. LiteLLM itself applies the owner's list to a
    personal key and only the team's list to a team key, so where nothing was requested and LiteLLM's own
    rule is as strict, the list stays empty and follows later changes; else it is written out.
    Raises InvalidRequest for a model that does not exist, PolicyRefused for one out of reach.
    """
    owner = _owner_reach(user, catalogue, through_team=team is not None)
    within = within_reach(user, team.models if team else None, catalogue)
    if requested:
        _check_requested(requested, within, catalogue)
        return tuple(dict.fromkeys(requested))
    if not within:
        raise PolicyRefused("There is no model that you may use with this key.", param="models")
    if team is None or owner.everything:
        return ()
    return tuple(sorted(within))


def within_reach(
    user: User, team_models: Sequence[str] | None, catalogue: Sequence[ModelView]
) -> frozenset[str]:
    """The models that a key of `user` may use, in a team with that list of models or (None) in no team."""
    owner = _owner_reach(user, catalogue, through_team=team_models is not None).names
    return owner if team_models is None else owner & Reach(team_models, catalogue).names


def _owner_reach(user: User, catalogue: Sequence[ModelView], *, through_team: bool) -> Reach:
    """Who has no models of their own uses those of their teams."""
    listed = set(user.models)
    if through_team and listed and listed <= {_ONLY_THROUGH_TEAMS, _OF_THE_TEAM}:
        return Reach((), catalogue)
    return Reach(listed, catalogue)


def _check_requested(
    requested: Sequence[str], within: frozenset[str], catalogue: Sequence[ModelView]
) -> None:
    for name in requested:
        covered = {model.model_name for model in catalogue if _names(name, model)}
        if not covered:
            raise InvalidRequest(
                "models: expected names of models or access groups of the gateway", param="models"
            )
        if not covered <= within:
            raise PolicyRefused(
                "A requested model is not within what you and the team may use.",
                hint="GET /models lists the models; the account and the team list what they may use.",
                param="models",
            )


def _names(name: str, model: ModelView) -> bool:
    """Whether a requested name means this entry of the catalogue, which may be a wildcard itself."""
    if name == model.model_name or name in model.access_groups:
        return True
    return "*" in model.model_name and fnmatchcase(name, model.model_name)
