"""The command line: which parts to run, how thoroughly, and where the results go."""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.load import Effort
from benchmarks.machine import described_machine, load_average
from benchmarks.own_part import measure_own_part
from benchmarks.pace import measure_pace
from benchmarks.provisioning import measure_provisioning
from benchmarks.reads import measure_reads
from benchmarks.report_pace import pace_section
from benchmarks.report_provisioning import provisioning_section
from benchmarks.report_reads import reads_section
from benchmarks.report_start import start_section
from benchmarks.start import measure_start

PARTS = ("start", "reads", "provisioning")
ALL_PARTS = (*PARTS, "pace")
RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True)
class Thoroughness:
    starts: int
    loop: Effort
    people: int


_FULL = Thoroughness(starts=10, loop=Effort(seconds=1.5, fewest=10), people=1000)
_QUICK = Thoroughness(starts=3, loop=Effort(seconds=0.3, fewest=5), people=100)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit status: 1 when a count is not exact, whatever the speed."""
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Benchmarks of Keydesk.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(ALL_PARTS)}; comma-separated")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements")
    said = parser.parse_args(arguments)
    parts = said.only.split(",")
    if unknown := set(parts) - set(ALL_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="keydesk-bench-") as folder:
        text, exact = uvloop.run(_run(parts, _QUICK if said.quick else _FULL, Path(folder)))
    print(text)
    if set(parts) == set(PARTS) and not said.quick:
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if exact else 1


async def _run(parts: Sequence[str], how: Thoroughness, folder: Path) -> tuple[str, bool]:
    """The report, and whether every count was exact."""
    exact = True
    load = load_average()
    sections: list[str] = []
    if "start" in parts:
        sections.append(start_section(await measure_start(_new(folder / "start"), how.starts)))
    if "reads" in parts:
        reads = await measure_reads(_new(folder / "reads"), how.loop)
        own_parts = await measure_own_part(_new(folder / "own-part"), how.loop)
        sections.append(reads_section(reads, own_parts))
    if "provisioning" in parts:
        provisioned = await measure_provisioning(_new(folder / "provisioning"), how.people)
        sections.append(provisioning_section(provisioned))
        exact = provisioned.is_exact
    if "pace" in parts:
        sections.append(pace_section(*await measure_pace(_new(folder / "pace"), how.loop)))
    return "".join([described_machine(load), *sections]), exact


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
