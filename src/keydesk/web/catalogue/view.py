"""The models a person can see: prices, whether they can use each model, through which keys, and why not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keydesk.litellm import User
from keydesk.models.examples import example_model
from keydesk.models.models import ModelView
from keydesk.models.policy import Reach, within_reach
from keydesk.teams.models import TeamView
from keydesk.web.keys.snippets import snippets
from keydesk.web.language import gettext as _

_MILLION = 1_000_000
_PLACE = "YOUR_KEY"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model. `ways` are the keys that can use it: personal keys or those of teams. Without any, `why_not` says why.

    Prices are US dollars per million tokens. `call` is a shell command, for a model that takes text.
    """

    model: ModelView
    ways: tuple[str, ...]
    why_not: str
    call: str | None

    @property
    def usable(self) -> bool:
        return bool(self.ways)

    @property
    def input_price(self) -> float | None:
        return _per_million(self.model.input_cost_per_token)

    @property
    def output_price(self) -> float | None:
        return _per_million(self.model.output_cost_per_token)


@dataclass(frozen=True, slots=True)
class Wish:
    """The values of the search form. An empty value matches everything."""

    text: str = ""
    mode: str = ""
    tools: bool = False
    vision: bool = False
    usable: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Wish()


@dataclass(frozen=True, slots=True)
class Rules:
    """The gateway's address, and whether every key must belong to a team."""

    gateway: str
    team_required: bool


def entries(
    user: User, teams: Sequence[TeamView], catalogue: Sequence[ModelView], rules: Rules
) -> list[ModelEntry]:
    """Return every model of the catalogue, for the keys this person can create."""
    alone = frozenset[str]() if rules.team_required else within_reach(user, None, catalogue)
    open_teams = [team for team in teams if not team.blocked]
    together = {team.team_id: within_reach(user, team.models, catalogue) for team in open_teams}
    own_reach = within_reach(user, (), catalogue)
    found = []
    for model in catalogue:
        through = [team for team in open_teams if model.model_name in together[team.team_id]]
        ways = (_("personal keys"),) * (model.model_name in alone) + tuple(map(_name, through))
        why_not = "" if ways else _obstacle(model, own_reach, teams, catalogue)
        found.append(ModelEntry(model, ways, why_not, _call(model, rules.gateway)))
    return found


def matching(found: Iterable[ModelEntry], wish: Wish) -> list[ModelEntry]:
    """Return the models that match the search."""
    return [entry for entry in found if _matches(entry, wish)]


def modes(catalogue: Iterable[ModelView]) -> list[str]:
    """Return the modes of the models, such as `chat`."""
    return sorted({model.mode for model in catalogue if model.mode})


def _matches(entry: ModelEntry, wish: Wish) -> bool:
    model = entry.model
    text = " ".join([model.model_name, *model.access_groups]).casefold()
    return (
        all(word in text for word in wish.text.casefold().split())
        and (not wish.mode or model.mode == wish.mode)
        and (not wish.tools or model.supports_function_calling)
        and (not wish.vision or model.supports_vision)
        and (not wish.usable or entry.usable)
    )


def _obstacle(
    model: ModelView, own: frozenset[str], teams: Sequence[TeamView], catalogue: Sequence[ModelView]
) -> str:
    """Return why none of the person's keys can use the model, and what to do next."""
    having = [team for team in teams if model.model_name in Reach(team.models, catalogue).names]
    blocked = [team for team in having if team.blocked]
    if model.model_name not in own:
        if having:
            return _(
                "Team %(team)s has access, but your account does not. Ask the platform team.",
                team=_name(having[0]),
            )
        return _("Your account and your teams have no access. Ask the platform team or a team admin.")
    if blocked:
        return _(
            "Team %(team)s has access, but it is blocked. Ask the platform team.", team=_name(blocked[0])
        )
    return _("Personal keys and your teams have no access. Ask the platform team or a team admin.")


def _call(model: ModelView, gateway: str) -> str | None:
    example = example_model([model.model_name], [model])
    return snippets(gateway, _PLACE, example)[0].text if example else None


def _name(team: TeamView) -> str:
    return team.team_alias or team.team_id


def _per_million(cost: float | None) -> float | None:
    return None if cost is None else round(cost * _MILLION, 6)
