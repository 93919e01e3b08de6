"""Stored and written results of the benchmarks."""

from pathlib import Path

from benchmarks.report.results import Entry, keep, kept, page
from benchmarks.report.section import Claim, Section

_READS = Section(
    "Reads", "\nText.\n", (Claim("Hot reads", ">= 2 x", "3 x", True), Claim("p99", "< 1 ms", "2 ms", False))
)


def _measured(section: Section, at: str) -> Entry:
    return Entry(section, at, "usual", load=0.5, seconds=12.0)


def test_measuring_one_part_again_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert kept(file) == {}
    keep(file, {"reads": _measured(_READS, "monday"), "start": _measured(Section("Start", ""), "monday")})
    keep(file, {**kept(file), "start": _measured(Section("Start", ""), "friday")})
    assert {part: entry.at for part, entry in kept(file).items()} == {"reads": "monday", "start": "friday"}
    assert kept(file)["reads"].section == _READS


def test_the_page_begins_with_the_goals() -> None:
    text = page("# Results\n", ["start", "reads"], {"reads": _measured(_READS, "monday")})
    assert "| Hot reads | >= 2 x | 3 x | yes |" in text
    assert "| p99 | < 1 ms | 2 ms | **no** |" in text
    assert text.index("What must hold") < text.index("## Reads\n*Measured monday")
