"""The section about the index of all keys."""

from benchmarks.parts.all_keys import KEYS, AllKeys
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import counted, milliseconds, table

_TITLE = f"An index of {KEYS:,} keys"
_SEARCH_MILLISECONDS = 200


def all_keys_section(found: AllKeys | None) -> Section:
    if found is None:
        return Section(
            _TITLE, "\nNot measured: LITELLM_DATABASE_URL does not say where keys can be written.\n"
        )
    rows = [
        [name, milliseconds(each.median), milliseconds(each.slowest)] for name, each in found.searches.items()
    ]
    text = f"""
Upstream: {found.upstream}. The first pass ended {found.pass_seconds:.0f} s after the start and called
{counted(found.pass_calls)}. Memory was {found.memory_before:.0f} MiB before and {found.memory_after:.0f} MiB after it.
The CSV file of {found.file_rows:,} keys took {found.file_seconds:.1f} s; memory was {found.file_memory:.0f} MiB
afterwards. Upstream calls of all searches together: {counted(found.search_calls)}.

{table(["Search", "Median, ms", "Slowest, ms"], rows)}
"""
    slowest = max(each.median for each in found.searches.values())
    return Section(_TITLE, text, _claims(found, slowest), exact=found.file_rows >= KEYS)


def _claims(found: AllKeys, slowest: float) -> tuple[Claim, ...]:
    calls = sum(found.search_calls.values())
    limit = f"< {_SEARCH_MILLISECONDS} ms"
    return (
        Claim(
            "Search of all keys, warm", limit, f"{milliseconds(slowest)} ms", slowest < _SEARCH_MILLISECONDS
        ),
        Claim("Searches of all keys: upstream calls", "0", str(calls), calls == 0),
        Claim("All keys are in the file", f">= {KEYS:,}", f"{found.file_rows:,}", found.file_rows >= KEYS),
    )
