"""The section about the files of statements."""

from benchmarks.parts.statements import ROWS, Statements
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table

_TITLE = f"Statements of a year with {ROWS:,} rows"
_FILE_MIB = 100


def statements_section(found: Statements) -> Section:
    rows = [
        [
            form,
            f"{each.seconds:.0f}",
            f"{each.mebibytes:.0f}",
            f"{each.memory_before:.0f}",
            f"{each.memory:.0f}",
        ]
        for form, each in found.files.items()
    ]
    text = f"""
One file with the twelve months, on SQLite. Memory is that of Keydesk before the file, and the highest meanwhile.
The list of the months, all of them open, took {milliseconds(found.list_milliseconds)} ms.

{table(["Format", "Seconds", "MiB", "Memory before, MiB", "Memory, MiB"], rows)}
"""
    grown = max(each.memory - each.memory_before for each in found.files.values())
    claim = Claim(
        "Memory of a file of statements", f"< {_FILE_MIB} MiB", f"{grown:.0f} MiB", grown < _FILE_MIB
    )
    return Section(_TITLE, text, (claim,))
