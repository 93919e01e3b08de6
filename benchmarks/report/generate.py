"""The section about creating keys."""

from benchmarks.load.figures import Figures
from benchmarks.parts.generate import Generated
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table

_OVER_LITELLM_MILLISECONDS = 15


def generate_section(generated: Generated) -> Section:
    rows = [
        _row("Keydesk (policy, audit log on SQLite, LiteLLM)", generated.keydesk),
        _row("LiteLLM's `POST /key/generate` alone", generated.straight),
    ]
    if generated.reference is not None:
        rows.append(_row("Reference", generated.reference))
    over = generated.over_litellm
    text = f"""
Upstream: {generated.upstream}. One connection; a key through each in turn, {generated.keydesk.requests} times, so that
whatever else happens slows all alike. Keydesk's own part is {over:+.1f} ms at the median, of which
{1000 * generated.cpu_seconds:.1f} ms is processor time. Latencies are in milliseconds.

{table(["", "p50", "p95", "p99", "Failures"], rows)}"""
    claim = Claim(
        "Key generation over LiteLLM alone, p50",
        f"<= {_OVER_LITELLM_MILLISECONDS} ms",
        f"{over:+.1f} ms",
        over <= _OVER_LITELLM_MILLISECONDS and not generated.keydesk.failures,
    )
    return Section("Key generation", text, (claim,))


def _row(name: str, figures: Figures) -> list[str]:
    return [
        name,
        *(milliseconds(figures.milliseconds[percent]) for percent in (50, 95, 99)),
        str(figures.failures),
    ]
