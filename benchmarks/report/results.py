"""The stored results: one entry per part, so that a part can be measured again, and the page made of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.report.section import Claim, Section, read_section
from benchmarks.report.tables import table


@dataclass(frozen=True)
class Entry:
    """The result of a part: `at` in UTC, `load` the load average before, `seconds` its duration."""

    section: Section
    at: str
    effort: str
    load: float
    seconds: float


def kept(file: Path) -> dict[str, Entry]:
    """Return the results by part, or nothing if there are none."""
    if not file.exists():
        return {}
    printed: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return {
        part: Entry(**{**entry, "section": read_section(entry["section"])}) for part, entry in printed.items()
    }


def keep(file: Path, entries: Mapping[str, Entry]) -> None:
    printed = {part: {**asdict(entry), "section": entry.section.printed()} for part, entry in entries.items()}
    file.write_text(json.dumps(printed, indent=1) + "\n", encoding="utf-8")


def page(machine: str, parts: Sequence[str], entries: Mapping[str, Entry]) -> str:
    """Return the whole report, in the order of the parts."""
    there = [entries[part] for part in parts if part in entries]
    claims = [claim for entry in there for claim in entry.section.claims]
    return machine + _claims(claims) + "".join(_written(entry) for entry in there)


def _claims(claims: Sequence[Claim]) -> str:
    rows = [[claim.what, claim.limit, claim.measured, "yes" if claim.met else "**no**"] for claim in claims]
    return f"\n## What must hold\n{table(['', 'Limit', 'Measured', 'Met'], rows)}" if claims else ""


def _written(entry: Entry) -> str:
    note = f"*Measured {entry.at} ({entry.effort}), in {entry.seconds:.0f} s; load average before {entry.load:.1f}.*"
    return f"\n## {entry.section.title}\n{note}\n{entry.section.text}"
