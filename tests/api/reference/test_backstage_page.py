"""The example page for Backstage calls routes that exist, and warns people before they confirm."""

import re
from pathlib import Path

from keydesk.app import API
from tests.api.reference.conftest import Document

PAGE = Path(__file__).parents[3] / "docs" / "examples" / "backstage" / "KeydeskMachinesPage.tsx"


def test_every_request_of_the_page_has_a_route(document: Document) -> None:
    text = PAGE.read_text()
    calls = set(re.findall(r"keydesk\('([A-Z]+)', [`']([^`']*)[`']", text))
    assert calls == {
        ("GET", ""),
        ("POST", "/look_up"),
        ("POST", "/${decision}"),
        ("DELETE", "/${encodeURIComponent(id)}"),
    }
    decisions = set(re.findall(r"answer\('(\w+)'", text))
    assert decisions == {"confirm", "reject"}
    paths = {"/look_up", *(f"/{decision}" for decision in decisions)}
    for path in paths:
        assert "post" in document["paths"][f"{API}/machines{path}"]
    assert "get" in document["paths"][f"{API}/machines"]
    assert "delete" in document["paths"][f"{API}/machines/{{machine_id}}"]


def test_the_page_shows_what_to_compare(document: Document) -> None:
    text = PAGE.read_text()
    assert "Confirm only if your own terminal shows this code" in text
    shown = document["components"]["schemas"]["MachineRequestView"]["properties"].keys()
    named = set(re.findall(r"asked\??\.(\w+)", text))
    assert named <= shown
    assert {"name", "address", "server"} <= named
