"""Which models a key may call, and which it can list. The two differ, as in LiteLLM."""

import re
from collections.abc import Iterator
from typing import Final

from keydesk_sandbox.call import Caller
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.models.catalogue import Catalogue, Model

_EVERYTHING: Final = frozenset({"*", "all-proxy-models"})
_TEAM: Final = "all-team-models"
_NOTHING: Final = "no-default-models"

KEY_DENIED: Final = "key_model_access_denied"
TEAM_DENIED: Final = "team_model_access_denied"
USER_DENIED: Final = "user_model_access_denied"


def check_key_models(caller: Caller, name: str, catalogue: Catalogue) -> None:
    """Raise 403 unless the key's own list allows the model; an empty list allows everything."""
    listed = caller.key["models"] if caller.key else []
    if _TEAM not in listed and not covers(listed, name, catalogue):
        raise denied(name, KEY_DENIED)


def check_team_models(caller: Caller, name: str, catalogue: Catalogue) -> None:
    """Raise 403 unless the key's team allows the model."""
    if caller.team is not None and not covers(caller.team["models"], name, catalogue):
        raise denied(name, TEAM_DENIED)


def check_owner_models(caller: Caller, name: str, catalogue: Catalogue) -> None:
    """Raise 403 unless the owner's list allows the model. It does not apply to team keys."""
    if caller.team is None and caller.user is not None:
        listed = caller.user["models"]
        if not covers(listed, name, catalogue):
            raise denied(name, KEY_DENIED if _NOTHING in listed else USER_DENIED)


def denied(name: str, kind: str) -> ProxyError:
    """Return LiteLLM's 403 for a model; `kind` says which list does not allow it."""
    text = (
        f"The requested model '{name}' is not available for this API key, or the model name is invalid. "
        "Check the models available to you and try again."
    )
    return ProxyError(403, text, kind, "model")


def covers(listed: list[str], name: str, catalogue: Catalogue) -> bool:
    """Return whether a list of names, access groups and patterns allows a model, known or not."""
    if not listed or _EVERYTHING.intersection(listed):
        return True
    model = catalogue.find(name)
    groups = model.access_groups if model and (model.is_wildcard or model.name == name) else ()
    if any(entry in groups or entry == name for entry in listed):
        return True
    names = (name, *_with_provider(name, model))
    return any(_matches(entry, each) for entry in listed for each in names)


def _with_provider(name: str, model: Model | None) -> Iterator[str]:
    """Yield the name with the provider that LiteLLM assumes for it, if it knows one."""
    if model is not None and model.published and model.name == name:
        yield f"{model.provider}/{name}"


def shown_models(caller: Caller, catalogue: Catalogue) -> list[Model | str]:
    """Return the models that the model routes list for a caller: the key's list, else its team's, else everything.

    Owners' lists do not apply, patterns are not expanded, and unknown names are included.
    """
    listed: list[str] = caller.key["models"] if caller.key else []
    if not listed or _TEAM in listed:
        listed = caller.team["models"] if caller.team else []
    if not listed or "all-proxy-models" in listed:
        return list(catalogue.models)
    shown: dict[str, Model | str] = {}
    for entry in listed:
        known = catalogue.find(entry)
        members = catalogue.in_group(entry) or ([known] if known else [])
        shown |= {model.name: model for model in members}
        if not members and "*" not in entry and entry != _NOTHING:
            shown[entry] = entry
    order = {model.name: place for place, model in enumerate(catalogue.models)}
    return [shown[name] for name in sorted(shown, key=lambda name: order.get(name, len(order)))]


def _matches(entry: str, name: str) -> bool:
    """Return whether a pattern matches a name. LiteLLM makes it a regular expression without escaping."""
    try:
        return "*" in entry and re.match(f"^{entry.replace('*', '.*')}$", name) is not None
    except re.error:
        return False
