"""The tools that a key was set up for: a label that the portal's form sets, or the mark of OpenCode's keys. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from keydesk.keys.policy import SLOT_MEMBER
from keydesk.kit.labels import labels_in

_LABEL = "tools"
OPENCODE = "opencode"


def tools_label(tools: Sequence[str]) -> dict[str, str]:
    """Return the label to store for the tools; empty without any."""
    return {_LABEL: ",".join(tools)} if tools else {}


def tools_in(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the tools. Owners can store any text, so an id can be unknown."""
    if metadata.get(SLOT_MEMBER):
        return (OPENCODE,)
    return tuple(name for name in str(labels_in(metadata).get(_LABEL, "")).split(",") if name)
