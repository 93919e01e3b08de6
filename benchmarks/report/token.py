"""The section about `keydesk token`."""

from statistics import median

from benchmarks.load.figures import ratio
from benchmarks.parts.token import RUNS, TokenRuns
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table, times

_TIMES_BARE = 3


def token_section(runs: TokenRuns) -> Section:
    factor = ratio(median(runs.keydesk), median(runs.bare))
    rows = [_row("`keydesk token`", runs.keydesk), _row("`python -c pass`", runs.bare)]
    text = f"""
The time of a process that prints the key of this machine, as Claude Code and Codex run it: {RUNS} runs of each in turn,
of the installed command, with a stored key. In milliseconds.

{table(["", "Median", "Fastest", "Slowest"], rows)}
It imports {len(runs.imports)} modules that bare Python does not: {", ".join(f"`{name}`" for name in runs.imports)}.
Some releases of pip write a script that imports `re` and what that needs.
"""
    claim = Claim(
        "`keydesk token` against bare Python, median",
        f"< {_TIMES_BARE} x",
        times(factor),
        factor < _TIMES_BARE,
    )
    return Section("The key of a machine", text, (claim,))


def _row(name: str, seconds: list[float]) -> list[str]:
    return [name, *(milliseconds(1000 * pick(seconds)) for pick in (median, min, max))]
