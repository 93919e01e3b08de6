"""The section about single calls."""

from benchmarks.parts.calls import CALLS, SingleCalls
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table

_TITLE = f"Single calls with {CALLS:,} rows in LiteLLM"
_ADDED_MILLISECONDS = 300
_FILE_MIB = 50


def calls_section(found: SingleCalls | None) -> Section:
    if found is None:
        return Section(
            _TITLE, "\nNot measured: LITELLM_DATABASE_URL does not say where calls can be written.\n"
        )
    rows = [
        [
            name,
            milliseconds(each.keydesk),
            milliseconds(each.litellm),
            milliseconds(each.added),
            f"{each.keydesk / each.litellm:.2f}",
        ]
        for name, each in found.pages.items()
    ]
    text = f"""
Upstream: {found.upstream}. Half of the calls are of one person, one in 1,001 of the other. Each page has 50 calls.

{table(["Page", "Keydesk, ms", "LiteLLM alone, ms", "Added, ms", "Ratio"], rows)}

The CSV file of {found.file_rows:,} calls took {found.file_seconds:.0f} s. Memory was
{found.memory_before:.0f} MiB before and at most {found.file_memory:.0f} MiB meanwhile.
"""
    added = max(each.added for name, each in found.pages.items() if name.endswith("first page"))
    grown = found.file_memory - found.memory_before
    claims = (
        Claim(
            "First page of single calls, over LiteLLM alone",
            f"< {_ADDED_MILLISECONDS} ms",
            f"{milliseconds(added)} ms",
            added < _ADDED_MILLISECONDS,
        ),
        Claim("Memory of a file of calls", f"< {_FILE_MIB} MiB", f"{grown:.0f} MiB", grown < _FILE_MIB),
    )
    return Section(_TITLE, text, claims)
