"""The tools that a key was set up for."""

import pytest

from keydesk.keys.policy import SLOT_MEMBER
from keydesk.keys.tools import tools_in, tools_label
from keydesk.kit.labels import as_metadata


@pytest.mark.parametrize("tools", [(), ("codex",), ("claude-code", "codex")])
def test_stored_tools_are_found_again(tools: tuple[str, ...]) -> None:
    assert tools_in(as_metadata(tools_label(tools))) == tools


def test_a_key_that_keydesk_created_for_opencode_is_for_opencode() -> None:
    assert tools_in({SLOT_MEMBER: "opencode-jane"}) == ("opencode",)


@pytest.mark.parametrize(
    "metadata", [{}, {"tools": "codex"}, {"keydesk_labels": "codex"}, {"keydesk_labels": {}}]
)
def test_other_metadata_names_no_tool(metadata: dict[str, object]) -> None:
    assert tools_in(metadata) == ()
