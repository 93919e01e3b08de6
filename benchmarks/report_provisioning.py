"""The section about the crowd's first day."""

from benchmarks.provisioning import ARRIVING_TOGETHER, CALLS_EACH, REPLICAS, Provisioned
from benchmarks.tables import milliseconds, table


def provisioning_section(provisioned: Provisioned) -> str:
    """Markdown."""
    arrivals = provisioned.arrivals
    latency = ", ".join(
        f"p{percent} {milliseconds(arrivals.percentile(percent))}" for percent in (50, 95, 99)
    )
    answers = ", ".join(f"{number:,} x {status}" for status, number in sorted(provisioned.answers.items()))
    calls = ", ".join(f"{number:,} x `{call}`" for call, number in sorted(provisioned.upstream_calls.items()))
    rows = [
        ["New people", f"{provisioned.people:,}"],
        ["Accounts created", f"{provisioned.accounts_created:,} ({_verdict(provisioned)})"],
        ["Duration", f"{arrivals.seconds:.1f} s, {arrivals.per_second:.1f} people/s"],
        ["Until a person's last answer, ms", latency],
        ["Answers", answers],
        ["Upstream calls", calls],
    ]
    return f"""
## New people
{CALLS_EACH} first calls at once each, spread over {REPLICAS} `keydesk serve` processes that share a database
({provisioned.postgres}); {ARRIVING_TOGETHER} people at any time. Upstream: sandbox gateway at its own speed.

{table(["", ""], rows, text_columns=2)}"""


def _verdict(provisioned: Provisioned) -> str:
    return (
        "exactly one each, no key" if provisioned.is_exact else "NOT EXACT: one each was expected, and no key"
    )
