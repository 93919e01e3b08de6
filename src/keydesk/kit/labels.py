"""Labels: texts that people attach to keys and teams, stored in LiteLLM's `metadata`.

LiteLLM interprets many top-level names of `metadata` as settings, and new releases add more. Keydesk therefore stores
labels in a nested object, under a name that LiteLLM does not use.
"""

from collections.abc import Mapping
from typing import Any

Labels = tuple[tuple[str, str], ...]
"""Labels of a person with their values, by name. A tuple, because verified credentials are compared and cached."""
LABELS = "keydesk_labels"
"""The member of `metadata` that contains the labels."""


def as_metadata(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata to store for the labels; empty without labels."""
    return {LABELS: dict(labels)} if labels else {}


def labels_in(metadata: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Return the labels in stored metadata. Values other than texts and numbers are ignored."""
    labels = metadata.get(LABELS)
    if not isinstance(labels, Mapping):
        return {}
    return {name: value for name, value in labels.items() if isinstance(value, str | int | float)}
