"""Which models a list of names reaches, and which a key may be given. Pure.

LiteLLM's lists hold model names, access groups, wildcards such as `openai/*` and a few special words; an
empty list means every model. A wildcard of the catalogue stands for the names that it answers for and that
have no entry of their own.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import Team, User
from keydesk.models.models import ModelView
from keydesk.models.wildcards import covers, is_wildcard, may_cover

_EVERY_MODEL = {"all-proxy-models", "*"}
_ONLY_THROUGH_TEAMS = "no-default-models"
_OF_THE_TEAM = "all-team-models"
SPECIAL_WORDS: Final = frozenset({"all-proxy-models", _ONLY_THROUGH_TEAMS, _OF_THE_TEAM})
"""Words that LiteLLM does not read as names of models. Nobody may put them on the list of a key or a team."""


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
    return any(covers(name, model.model_name) for name in names)


class Openings:
    """What each name opens on the list of a key or a team, out of a catalogue."""

    def __init__(self, catalogue: Sequence[ModelView]) -> None:
        self._own: dict[str, set[str]] = {}
        for model in catalogue:
            for name in {model.model_name, *model.access_groups}:
                self._own.setdefault(name, set()).add(model.model_name)
        self._entries = [model.model_name for model in catalogue]
        self._wildcards = [name for name in self._entries if is_wildcard(name)]

    def of(self, name: str) -> frozenset[str]:
        """Return the entries of the catalogue that the name opens; none if the gateway does not have it.

        A model and an access group open their own entries. A wildcard must be an entry itself and opens all
        that it may match. A name without an entry opens the wildcards that answer for it.
        """
        own = frozenset(self._own.get(name, ()))
        if name in SPECIAL_WORDS or (is_wildcard(name) and not own):
            return frozenset()
        if is_wildcard(name):
            return own.union(entry for entry in self._entries if may_cover(name, entry))
        return own or frozenset(entry for entry in self._wildcards if covers(entry, name))

    def grantable(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the names that open nothing besides `names`."""
        return frozenset(name for name in names if self.of(name) <= set(names))


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
        _check_requested(requested, within, Openings(catalogue))
        return tuple(dict.fromkeys(requested))
    if within and (team is None or owner.everything):
        return ()
    written = Openings(catalogue).grantable(within)
    if not written:
        raise PolicyRefused(
            "No model is available to this key.", hint="Ask the platform team for access.", param="models"
        )
    return tuple(sorted(written))


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


def _check_requested(requested: Sequence[str], within: frozenset[str], openings: Openings) -> None:
    for name in requested:
        opened = openings.of(name)
        check_known(name, opened)
        if not opened <= within:
            hint = f"This key can use {some_of(openings.grantable(within))}."
            raise out_of_reach(name, opened - within, "is not available to this key", hint)


def check_known(name: str, opened: Collection[str]) -> None:
    """Raise InvalidRequest for a requested name that opens no entry of the catalogue."""
    if not opened:
        text = f"models: the gateway has no model or access group {quoted(name)}"
        hint = "GET /models lists the models and their access groups."
        raise InvalidRequest(text, hint=hint, param="models")


def out_of_reach(name: str, beyond: Collection[str], why: str, hint: str) -> PolicyRefused:
    """Return the refusal of a requested name; `beyond` are the entries it opens that may not be opened."""
    also = sorted(set(beyond) - {name})
    opens = f", because it includes {some_of(also)}" if also and name not in beyond else ""
    return PolicyRefused(f"The model {quoted(name)} {why}{opens}.", hint=hint, param="models")
