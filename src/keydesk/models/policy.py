"""Resolves lists of model names and decides which models a key can use. Pure.

A list in LiteLLM contains model names, access groups, wildcards such as `openai/*` and a few special words. An empty
list means every model. A wildcard entry of the catalogue covers all matching names that have no entry of their own.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from keydesk.kit.messages import Message, message
from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import Team, User
from keydesk.models.models import ModelView
from keydesk.models.wildcards import covers, is_wildcard, may_cover

EVERY_MODEL = {"all-proxy-models", "*"}
_ONLY_THROUGH_TEAMS = "no-default-models"
_OF_THE_TEAM = "all-team-models"
SPECIAL_WORDS: Final = frozenset({"all-proxy-models", _ONLY_THROUGH_TEAMS, _OF_THE_TEAM})
"""Words with a special meaning in LiteLLM. They are not allowed in the list of a key or a team."""


class Reach:
    """The models of a catalogue that a list covers. `everything` also covers models that are added later."""

    def __init__(self, listed: Iterable[str], catalogue: Sequence[ModelView]) -> None:
        names = set(listed)
        self.everything = not names or not names.isdisjoint(EVERY_MODEL)
        self.names = frozenset(
            model.model_name for model in catalogue if self.everything or _is_listed(model, names)
        )


def _is_listed(model: ModelView, names: set[str]) -> bool:
    if model.model_name in names or not names.isdisjoint(model.access_groups):
        return True
    return any(covers(name, model.model_name) for name in names)


class Expansion:
    """Expands a name in the list of a key or a team to catalogue entries."""

    def __init__(self, catalogue: Sequence[ModelView]) -> None:
        self._own: dict[str, set[str]] = {}
        for model in catalogue:
            for name in {model.model_name, *model.access_groups}:
                self._own.setdefault(name, set()).add(model.model_name)
        self._entries = [model.model_name for model in catalogue]
        self._wildcards = [name for name in self._entries if is_wildcard(name)]

    def of(self, name: str) -> frozenset[str]:
        """Return the catalogue entries that the name gives access to, or none if the name is unknown.

        A model or access group expands to its own entries. A wildcard must be an entry itself and expands to every
        entry that it may match. A name without an entry expands to the wildcards that cover it.
        """
        own = frozenset(self._own.get(name, ()))
        if name in SPECIAL_WORDS or (is_wildcard(name) and not own):
            return frozenset()
        if is_wildcard(name):
            return own.union(entry for entry in self._entries if may_cover(name, entry))
        return own or frozenset(entry for entry in self._wildcards if covers(entry, name))

    def grantable(self, names: Collection[str]) -> frozenset[str]:
        """Return the names that expand only to entries in `names`."""
        return frozenset(name for name in names if self.of(name) <= set(names))


def models_for_key(
    requested: Sequence[str], user: User, team: Team | None, catalogue: Sequence[ModelView]
) -> tuple[str, ...]:
    """Return the list of models to store with a key.

    A key can use the models that both its owner and its team can use. LiteLLM itself applies the owner's list to a
    personal key, but only the team's list to a team key. If no models were requested and LiteLLM's rule is as strict,
    the list stays empty, so that later changes apply. Otherwise, the models are listed explicitly.
    Raises InvalidRequest for a model that does not exist, and PolicyRefused for a model that is not available.
    """
    owner = _owner_reach(user, catalogue, through_team=team is not None)
    within = within_reach(user, team.models if team else None, catalogue)
    if requested:
        _check_requested(requested, within, Expansion(catalogue))
        return tuple(dict.fromkeys(requested))
    if within and (team is None or owner.everything):
        return ()
    names = Expansion(catalogue).grantable(within)
    if not names:
        raise PolicyRefused(
            message("No model is available to this key."),
            hint=message("Ask the platform team for access."),
            param="models",
        )
    return tuple(sorted(names))


def models_in_common(
    wanted: Sequence[str], team_models: Sequence[str], catalogue: Sequence[ModelView]
) -> tuple[str, ...]:
    """Return the part of a list that is within the models of a team, for a list that nobody chose for this team.

    A name that expands to models outside of the team's is replaced by the models that the team can use. Raises
    PolicyRefused if nothing is left.
    """
    within, expansion = Reach(team_models, catalogue).names, Expansion(catalogue)
    found: set[str] = set()
    for name in wanted:
        entries = expansion.of(name)
        found |= {name} if entries and entries <= within else expansion.grantable(entries & within)
    if not found:
        raise PolicyRefused(
            message("No model is available to this key."),
            hint=message("Ask the platform team for access."),
            param="models",
        )
    return tuple(sorted(found))


def within_reach(
    user: User, team_models: Sequence[str] | None, catalogue: Sequence[ModelView]
) -> frozenset[str]:
    """Return the models that a key of `user` can use, in a team with the list `team_models` or, if None, in no team."""
    owner = _owner_reach(user, catalogue, through_team=team_models is not None).names
    return owner if team_models is None else owner & Reach(team_models, catalogue).names


def models_of_key(
    listed: Sequence[str], limit: Sequence[str], catalogue: Sequence[ModelView]
) -> tuple[str, ...]:
    """Return the names of the models that an existing key can use in LiteLLM.

    `listed` is the key's list, and `limit` the list of its team, or else of its owner. A listed name that a wildcard of
    the catalogue covers appears as it is.
    """
    names = set(listed) - {_OF_THE_TEAM}
    allowed = Reach(limit, catalogue).names
    found = Reach(names, catalogue).names & allowed
    known = {name for model in catalogue for name in (model.model_name, *model.access_groups)}
    expansion = Expansion(catalogue)
    covered = {
        name
        for name in names - known
        if (entries := expansion.of(name)) and (entries <= allowed or name in limit)
    }
    return tuple(sorted(found | covered))


def _owner_reach(user: User, catalogue: Sequence[ModelView], *, through_team: bool) -> Reach:
    """Return the models of the user. A user whose list defers to the teams can use every model in a team."""
    listed = set(user.models)
    if through_team and listed and listed <= {_ONLY_THROUGH_TEAMS, _OF_THE_TEAM}:
        return Reach((), catalogue)
    return Reach(listed, catalogue)


def _check_requested(requested: Sequence[str], within: frozenset[str], expansion: Expansion) -> None:
    for name in requested:
        entries = expansion.of(name)
        check_known(name, entries)
        if not entries <= within:
            hint = message("This key can use %(models)s.", models=some_of(expansion.grantable(within)))
            refusal = message("The model %(model)s is not available to this key", model=quoted(name))
            beyond = entries - within
            raise out_of_reach(refusal, () if name in beyond else beyond, hint)


def check_known(name: str, entries: Collection[str]) -> None:
    """Raise InvalidRequest if the requested name expands to no catalogue entry."""
    if not entries:
        text = message("models: the gateway has no model or access group %(name)s", name=quoted(name))
        hint = message("GET /models lists the models and their access groups.")
        raise InvalidRequest(text, hint=hint, param="models")


def out_of_reach(refusal: Message, included: Collection[str], hint: Message) -> PolicyRefused:
    """Return the error for a requested name. `included` are the entries because of which it is refused, if any."""
    text = message("%(refusal)s.", refusal=refusal)
    if included:
        text = message(
            "%(refusal)s, because it includes %(models)s.", refusal=refusal, models=some_of(included)
        )
    return PolicyRefused(text, hint=hint, param="models")
