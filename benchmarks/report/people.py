"""The section about ten thousand people and the soak."""

from benchmarks.parts.people import ASKED, CONNECTIONS, EACH, PATHS, People
from benchmarks.parts.soak import VISITORS, Soak
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, per_second, table

_TOTAL_MIB = 400
_MIB_A_MINUTE = 1.0
"""The limit for no growth: less than the allocator's own variation."""


def people_section(people: People) -> Section:
    soak, reads = people.soak, people.reads
    paths = ", ".join(f"`{path}`" for path in PATHS)
    rows = [
        ["Ready, nobody seen", f"{people.ready_mib:.0f} MiB"],
        [f"{people.people:,} people warm", f"{people.warm_mib:.0f} MiB"],
        ["A person", f"{people.kib_each:.1f} KiB"],
        ["After the soak", f"{soak.samples[-1][1]:.0f} MiB"],
        ["Growth in the second half of the soak", f"{soak.mib_a_minute:+.2f} MiB a minute"],
    ]
    text = f"""
One `keydesk serve` process, resident memory. Each person has {EACH.keys} keys and {EACH.teams} teams of ten
and asks for {paths}; upstream: sandbox gateway at its own speed. The first visits of {people.people:,} people
took {people.warming.seconds:.0f} s ({people.warming.failures} failures). Then, as {ASKED} of them who have just been
there, on {CONNECTIONS} connections: {per_second(reads)} requests/s, p50 {milliseconds(reads.p50)} ms,
p99 {milliseconds(reads.p99)} ms ({reads.failures} failures).

{table(["", "Memory"], rows)}
{_soak(soak)}
"""
    return Section("Ten thousand people", text, _claims(people))


def _soak(soak: Soak) -> str:
    return f"""The soak: for {soak.seconds:.0f} s, {VISITORS} visitors at a time, out of a fifth more people, all of
whom had been there before, read what a page needs ({soak.visits:,} visits), and in {soak.changes:,} visits made,
changed and deleted a key; {soak.failures} of {soak.answers.total():,} answers were not 200.
Growth is the least-squares slope of memory, sampled
every second."""


def _claims(people: People) -> tuple[Claim, ...]:
    soak = people.soak
    most = max(people.warm_mib, *(mib for _, mib in soak.samples))
    return (
        Claim(
            f"{people.people:,} people: memory, soak included",
            f"< {_TOTAL_MIB} MiB",
            f"{most:.0f} MiB, {people.kib_each:.1f} KiB a person",
            most < _TOTAL_MIB,
        ),
        Claim(
            f"Soak of {soak.seconds:.0f} s: memory in its second half",
            f"< {_MIB_A_MINUTE:.0f} MiB a minute",
            f"{soak.mib_a_minute:+.2f} MiB a minute",
            soak.mib_a_minute < _MIB_A_MINUTE and not soak.failures,
        ),
    )
