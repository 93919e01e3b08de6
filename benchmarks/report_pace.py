"""The section about the gateway alone."""

from benchmarks.pace import CONNECTIONS
from benchmarks.tables import table


def pace_section(title: str, pace: dict[str, float]) -> str:
    """Markdown."""
    rows = [[f"`{path}`", f"{per_second:.1f}"] for path, per_second in sorted(pace.items())]
    return f"""
## The gateway alone
{title}, {CONNECTIONS} connections, every call alone.

{table(["Call", "Calls/s"], rows)}"""
