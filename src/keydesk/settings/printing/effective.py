"""Prints the effective settings as YAML, with masked secrets and the source of each value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.loading import Configuration
from keydesk.settings.root import Settings
from keydesk.settings.sources.layers import Layer, layer_of

_MASKED_BY_PYDANTIC = "**********"
_MASK = "***"
_COMMENT_COLUMN = 50
_UNBROKEN = 10_000
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""Use libyaml if PyYAML was built with it, because a directory in the file can have thousands of entries."""


@dataclass(frozen=True, slots=True)
class EffectiveLine:
    """A setting, or the name of a section without `value` and `source`. `depth` is the nesting level.

    `value` is YAML on one line. Secrets are masked.
    """

    path: KeyPath
    value: str | None = None
    source: str | None = None

    @property
    def depth(self) -> int:
        return len(self.path) - 1

    @property
    def name(self) -> str:
        return _flow(self.path[-1])


def effective_yaml(configuration: Configuration) -> str:
    """Return one line per setting, followed by its source. Secrets are shown as `***`."""
    lines = effective_lines(configuration.settings, configuration.layers)
    return "".join(f"{_text(line)}\n" for line in lines)


def effective_lines(settings: Settings, layers: Sequence[Layer]) -> list[EffectiveLine]:
    """Yield every setting in the order of the file, with secrets masked, and the layer it comes from."""
    return [*_lines(settings.model_dump(mode="json", by_alias=True), (), layers)]


def _lines(section: dict[str, Any], path: KeyPath, layers: Sequence[Layer]) -> Iterator[EffectiveLine]:
    for name, value in section.items():
        here = (*path, name)
        if isinstance(value, dict) and value:
            yield EffectiveLine(here)
            yield from _lines(value, here, layers)
        else:
            layer = layer_of(here, layers)
            source = layer.source_of(here) if layer else "default"
            yield EffectiveLine(here, _flow(_masked(value)), source)


def _text(line: EffectiveLine) -> str:
    label = f"{'  ' * line.depth}{line.name}:"
    return label if line.value is None else f"{f'{label} {line.value}':<{_COMMENT_COLUMN}}  # {line.source}"


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    return _MASK if value == _MASKED_BY_PYDANTIC else value


def _flow(value: Any) -> str:
    """Return `value` as YAML on one line."""
    text: str = yaml.dump(
        value, Dumper=_DUMPER, default_flow_style=True, sort_keys=False, width=_UNBROKEN, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
