"""The section about read-your-writes."""

from benchmarks.parts.consistency import PEOPLE, REPLICAS, Consistency
from benchmarks.report.section import Claim, Section


def consistency_section(read: Consistency) -> Section:
    changes = ", ".join(f"{number:,} x {kind}" for kind, number in sorted(read.changes.items()))
    refused = ", ".join(f"{number} x {what}" for what, number in sorted(read.refused.items())) or "none"
    text = f"""
{PEOPLE} people at a time change a key at one of {REPLICAS} replicas that share {read.postgres}, and read
`/keys` at one of them, chosen at random for each: {read.pairs:,} pairs in {read.seconds:.0f} s ({changes}).
Every read is compared with everything its person did before.
Refused changes: {refused}. Upstream: sandbox gateway at its own speed.

**{read.stale} of {read.pairs:,} reads were stale.**
"""
    exact = read.stale == 0 and not read.refused
    claim = Claim(
        "Read-your-writes over two replicas: stale reads", "0", f"{read.stale} of {read.pairs:,}", exact
    )
    return Section("Read-your-writes", text, (claim,), exact)
