"""Labels: texts that people attach to keys and teams. LiteLLM stores them and reads no setting from them.

LiteLLM takes many names in `metadata` for settings, and adds more with its releases. It reads only the names at the
top level of `metadata`, so Keydesk keeps labels one level below, under a name that LiteLLM does not know.
"""

from collections.abc import Mapping
from typing import Any

LABELS = "keydesk_labels"
"""The member of `metadata` that holds the labels, in keys and in teams."""


def as_metadata(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata to store for these labels; nothing for none."""
    return {LABELS: dict(labels)} if labels else {}


def labels_in(metadata: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Return the labels in stored metadata. Values that are no plain text or number are left out."""
    labels = metadata.get(LABELS)
    if not isinstance(labels, Mapping):
        return {}
    return {name: value for name, value in labels.items() if isinstance(value, str | int | float)}
