"""The effective settings as YAML for people: secrets masked, and where each value came from."""

from collections.abc import Iterator
from typing import Any

import yaml

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.loading import Configuration
from keydesk.settings.sources.layers import layer_of

_MASKED_BY_PYDANTIC = "**********"
_MASK = "***"
_COMMENT_COLUMN = 50
_UNBROKEN = 10_000


def effective_yaml(configuration: Configuration) -> str:
    """One line a setting, with its source behind it. Every text that is a secret is `***`."""
    content = configuration.settings.model_dump(mode="json", by_alias=True)
    return "".join(f"{line}\n" for line in _lines(content, (), configuration))


def _lines(section: dict[str, Any], path: KeyPath, configuration: Configuration) -> Iterator[str]:
    for name, value in section.items():
        here = (*path, name)
        label = f"{'  ' * len(path)}{_flow(name)}:"
        if isinstance(value, dict) and value:
            yield label
            yield from _lines(value, here, configuration)
        else:
            layer = layer_of(here, configuration.layers)
            source = layer.source_of(here) if layer else "default"
            yield f"{f'{label} {_flow(_masked(value))}':<{_COMMENT_COLUMN}}  # {source}"


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    return _MASK if value == _MASKED_BY_PYDANTIC else value


def _flow(value: Any) -> str:
    """`value` on one line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=_UNBROKEN, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
