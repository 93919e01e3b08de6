"""Entries are printed to standard output as JSON lines, for a SIEM."""

import json

import pytest

from keydesk.audit.printing import entry_line, print_entries
from tests.unit.audit.logs import Log, log_over

pytestmark = pytest.mark.anyio


async def test_entries_are_printed_as_they_are_written(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    await log_over(log.database, watch=print_entries).made("läptop")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [entry_line(entry) async for entry in log.store.entries()]
    intent, outcome = map(json.loads, lines)
    assert intent["updated_values"] == {"alias": "läptop"}
    assert (outcome["outcome"], outcome["seq"], outcome["change_id"]) == ("succeeded", 2, intent["change_id"])
    assert intent["at"].endswith("+00:00")
