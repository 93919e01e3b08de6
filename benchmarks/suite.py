"""The command line: which parts to run, how long, and where the results go."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import uvloop

from benchmarks.effort import FULL, QUICK, USUAL, Effort
from benchmarks.parts.all_keys import measure_all_keys
from benchmarks.parts.calls import measure_calls
from benchmarks.parts.consistency import measure_consistency
from benchmarks.parts.credentials import measure_credentials
from benchmarks.parts.generate import measure_generate
from benchmarks.parts.outage import measure_outage
from benchmarks.parts.pace import measure_pace
from benchmarks.parts.people import measure_people
from benchmarks.parts.portal import measure_portal
from benchmarks.parts.provisioning import measure_provisioning
from benchmarks.parts.reads import measure_reads
from benchmarks.parts.start import measure_start
from benchmarks.parts.statements import measure_statements
from benchmarks.parts.token import measure_token
from benchmarks.parts.usage import measure_usage
from benchmarks.report.all_keys import all_keys_section
from benchmarks.report.calls import calls_section
from benchmarks.report.consistency import consistency_section
from benchmarks.report.credentials import credentials_section
from benchmarks.report.generate import generate_section
from benchmarks.report.machine import described_machine, load_average
from benchmarks.report.outage import outage_section
from benchmarks.report.pace import pace_section
from benchmarks.report.people import people_section
from benchmarks.report.portal import portal_section
from benchmarks.report.provisioning import provisioning_section
from benchmarks.report.reads import reads_section
from benchmarks.report.results import Entry, keep, kept, page
from benchmarks.report.section import Section
from benchmarks.report.start import start_section
from benchmarks.report.statements import statements_section
from benchmarks.report.token import token_section
from benchmarks.report.usage import usage_section

Part = Callable[[Path, Effort], Coroutine[None, None, Section]]
Measured = TypeVar("Measured")
_FOLDER = Path(__file__).parent
RESULTS, KEPT = _FOLDER / "RESULTS.md", _FOLDER / "results.json"


def _part(
    measure: Callable[[Path, Effort], Coroutine[None, None, Measured]], section: Callable[[Measured], Section]
) -> Part:
    async def run(folder: Path, effort: Effort) -> Section:
        return section(await measure(folder, effort))

    return run


PARTS: dict[str, Part] = {
    "reads": _part(measure_reads, reads_section),
    "credentials": _part(measure_credentials, credentials_section),
    "generate": _part(measure_generate, generate_section),
    "usage": _part(measure_usage, usage_section),
    "outage": _part(measure_outage, outage_section),
    "portal": _part(measure_portal, portal_section),
    "people": _part(measure_people, people_section),
    "consistency": _part(measure_consistency, consistency_section),
    "provisioning": _part(measure_provisioning, provisioning_section),
    "start": _part(measure_start, start_section),
    "token": _part(measure_token, token_section),
}
"""In the order of the report. Parts that differ by milliseconds come first, while the machine is cool."""
ONLY_WHEN_NAMED: dict[str, Part] = {
    "pace": _part(measure_pace, pace_section),
    "all-keys": _part(measure_all_keys, all_keys_section),
    "calls": _part(measure_calls, calls_section),
    "statements": _part(measure_statements, statements_section),
}
EFFORTS = {"quick": QUICK, "usual": USUAL, "full": FULL}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 1 if a count is not exact, independent of the speed."""
    said = _arguments(arguments)
    parts = said.only.split(",") if said.only else list(PARTS)
    name = "quick" if said.quick else "full" if said.full else "usual"
    effort = EFFORTS[name].with_soak(said.soak)
    end = time.monotonic() + effort.most_seconds
    entries: dict[str, Entry] = {}
    for part in parts:
        entries[part] = _measured(part, name, effort, end - time.monotonic())
        print(page("", [part], entries), flush=True)
        if not said.quick or said.write:
            _write({**kept(KEPT), part: entries[part]})
    return 0 if all(entry.section.exact for entry in entries.values()) else 1


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Benchmarks of Keydesk.")
    known = {**PARTS, **ONLY_WHEN_NAMED}
    parser.add_argument("--only", metavar="PARTS", help=f"of {', '.join(known)}; comma-separated")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="fewer and shorter measurements; writes no results")
    how.add_argument("--full", action="store_true", help="more and longer ones, with a soak of ten minutes")
    parser.add_argument("--write", action="store_true", help="write the results even of --quick")
    parser.add_argument("--soak", type=int, metavar="SECONDS", help="length of the soak")
    said = parser.parse_args(arguments)
    if unknown := set((said.only or "reads").split(",")) - set(known):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return said


def _measured(part: str, name: str, effort: Effort, most_seconds: float) -> Entry:
    load, began = load_average(), time.perf_counter()
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    with (
        tempfile.TemporaryDirectory(prefix="keydesk-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        section = runner.run(_in_time(part, Path(folder), effort, most_seconds))
    return Entry(section, at, name, load, time.perf_counter() - began)


async def _in_time(part: str, folder: Path, effort: Effort, most_seconds: float) -> Section:
    """Return the part's result, or a note if it took longer than the available time."""
    try:
        async with asyncio.timeout(most_seconds):
            return await {**PARTS, **ONLY_WHEN_NAMED}[part](folder, effort)
    except TimeoutError:
        text = (
            f"\nNot measured: {max(0, most_seconds):.0f} s, all that was left of the run, were not enough.\n"
        )
        return Section(f"{part.capitalize()}: not measured", text, exact=False)


def _write(entries: dict[str, Entry]) -> None:
    keep(KEPT, entries)
    RESULTS.write_text(page(described_machine(), list(PARTS), entries), encoding="utf-8")
