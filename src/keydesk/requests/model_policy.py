"""Rules for requests of models and access groups. Pure."""

from collections.abc import Sequence

from keydesk.kit.messages import Message, message
from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import Team
from keydesk.models.models import ModelView
from keydesk.models.policy import Expansion, Reach
from keydesk.requests.values.lists import allows_everything
from keydesk.settings import Requests


def check_model(
    name: str, current: Sequence[str], settings: Requests, catalogue: Sequence[ModelView]
) -> None:
    """Check the model or access group of a new request. `current` is the list without it.

    Raises InvalidRequest for an unknown name and for one that is available already, and PolicyRefused for one that
    nobody can request.
    """
    if allows_everything(current):
        raise PolicyRefused(message("Every model is available already."))
    entries = Expansion(catalogue).of(name)
    if not entries:
        text = message("model: the gateway has no model or access group %(name)s", name=quoted(name))
        hint = message("GET /models lists the models and their access groups.")
        raise InvalidRequest(text, hint=hint, param="model")
    if not entries <= Reach(settings.models, catalogue).names:
        names = requestable(current, None, settings, catalogue)
        hint = message("You can request %(models)s.", models=some_of(names))
        raise _refused(message("The model %(model)s cannot be requested", model=quoted(name)), hint)
    if entries <= Reach(current, catalogue).names:
        raise InvalidRequest(message("model: this model is available already"), param="model")


def requestable(
    current: Sequence[str],
    team_models: Sequence[str] | None,
    settings: Requests,
    catalogue: Sequence[ModelView],
) -> list[str]:
    """Return the models and access groups that can be requested in addition to the current list.

    `team_models` is the list of the team of a key, or None for an account.
    """
    if allows_everything(current):
        return []
    expansion, available = Expansion(catalogue), Reach(current, catalogue).names
    allowed = Reach(settings.models, catalogue).names & Reach(team_models or (), catalogue).names
    names = {name for model in catalogue for name in (model.model_name, *model.access_groups)}
    return sorted(
        name for name in names if (found := expansion.of(name)) <= allowed and not found <= available
    )


def check_in_team(name: str, team: Team | None, catalogue: Sequence[ModelView]) -> None:
    """Raise PolicyRefused for a name that the team of the key cannot use. LiteLLM would reject it."""
    if team is None or not Expansion(catalogue).of(name) <= Reach(team.models, catalogue).names:
        text = message("The model %(model)s is not available to the team of this key", model=quoted(name))
        raise _refused(text, message("Ask an admin of the team to add it to the team."))


def _refused(refusal: Message, hint: Message) -> PolicyRefused:
    return PolicyRefused(message("%(refusal)s.", refusal=refusal), hint=hint, param="model")
