"""The section about the first day of many people."""

from benchmarks.parts.provisioning import ARRIVING_TOGETHER, CALLS_EACH, REPLICAS, Provisioned
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import counted, milliseconds, table


def provisioning_section(provisioned: Provisioned) -> Section:
    arrivals = provisioned.arrivals
    latency = ", ".join(
        f"p{percent} {milliseconds(arrivals.milliseconds[percent])}" for percent in (50, 95, 99)
    )
    answers = ", ".join(f"{number:,} x {status}" for status, number in sorted(provisioned.answers.items()))
    rows = [
        ["New people", f"{provisioned.people:,}"],
        ["Accounts created", f"{provisioned.accounts_created:,} ({_verdict(provisioned)})"],
        ["Duration", f"{arrivals.seconds:.1f} s, {arrivals.per_second:.1f} people/s"],
        ["Until a person's last answer, ms", latency],
        ["Answers", answers],
        ["Upstream calls", counted(provisioned.upstream_calls)],
    ]
    text = f"""
{CALLS_EACH} parallel first calls each, spread over {REPLICAS} `keydesk serve` processes that share a database
({provisioned.postgres}); {ARRIVING_TOGETHER} people at any time. Upstream: sandbox gateway at its own speed.

{table(["", ""], rows, text_columns=2)}"""
    claim = Claim(
        "New people: accounts created, no key",
        f"{provisioned.people:,}",
        f"{provisioned.accounts_created:,}",
        provisioned.is_exact,
    )
    return Section("New people", text, (claim,), provisioned.is_exact)


def _verdict(provisioned: Provisioned) -> str:
    return (
        "exactly one each, no key" if provisioned.is_exact else "NOT EXACT: one each was expected, and no key"
    )
