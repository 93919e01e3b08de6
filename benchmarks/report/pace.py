"""The section about the gateway alone."""

from benchmarks.parts.pace import CONNECTIONS, Pace
from benchmarks.report.section import Section
from benchmarks.report.tables import table


def pace_section(pace: Pace) -> Section:
    rows = [[f"`{path}`", f"{per_second:.1f}"] for path, per_second in sorted(pace.per_second.items())]
    text = f"""
{pace.upstream}, {CONNECTIONS} connections, every call alone.

{table(["Call", "Calls/s"], rows)}"""
    return Section("The gateway alone", text)
