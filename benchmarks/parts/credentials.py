"""The speed of a hot read with each kind of token, and of a refusal, compared with the bare bytes.

The subjects take turns of a second, each right after a turn of the bare route. So other load of the machine has
little effect on the medians of the ratios.
"""

import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.connection import connect, message
from benchmarks.load.figures import Figures, ratio
from benchmarks.load.wrk import load
from benchmarks.peers.bare import bare
from benchmarks.peers.crowd import Belongings, settle
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.identity import Provider, backstage_with, openid_with
from benchmarks.peers.processes import Running
from benchmarks.peers.stage import answer
from benchmarks.peers.upstream import Sandbox, sandbox

EACH = Belongings(keys=20, teams=3)
CONNECTIONS = 32
READS_PER_MINUTE = 60
WRITTEN, BACKSTAGE, OIDC, REFUSED = "Written directory", "Backstage", "OpenID Connect", "Refused with 429"
_NAME, _TURN_SECONDS, _WARMING = "alice", 1, 5
_BARE = "keys"


@dataclass(frozen=True)
class Turn:
    """One load of a subject, and one of the bare route right before it. Processor time is per request."""

    subject: Figures
    bare: Figures
    cpu_seconds: float
    bare_cpu_seconds: float

    @property
    def of_bare(self) -> float:
        return ratio(self.subject.per_second, self.bare.per_second)


@dataclass(frozen=True)
class Row:
    """All turns of one subject."""

    label: str
    turns: list[Turn]

    @property
    def of_bare(self) -> float:
        """Return the median of the turns' ratios."""
        return statistics.median(turn.of_bare for turn in self.turns)

    @property
    def cpu_of_bare(self) -> float:
        return statistics.median(ratio(turn.bare_cpu_seconds, turn.cpu_seconds) for turn in self.turns)

    @property
    def per_second(self) -> float:
        return statistics.median(turn.subject.per_second for turn in self.turns)

    @property
    def p50(self) -> float:
        return statistics.median(turn.subject.p50 for turn in self.turns)

    @property
    def bare_per_second(self) -> float:
        return statistics.median(turn.bare.per_second for turn in self.turns)


@dataclass(frozen=True)
class _Subject:
    program: Running
    request: bytes


async def measure_credentials(folder: Path, effort: Effort) -> list[Row]:
    """Load every subject for `2 * effort.seconds - 1` turns."""
    with _subjects(folder) as subjects:
        first, *_ = subjects.values()
        content = await _warm(subjects)
        with bare(folder / "answers", {_BARE: content}) as bytes_only:
            bare_subject = _Subject(bytes_only, first.request.replace(f"{API}/keys".encode(), b"/keys", 1))
            turns: dict[str, list[Turn]] = {label: [] for label in subjects}
            for _ in range(2 * effort.seconds - 1):
                for label, subject in subjects.items():
                    bare_figures, bare_cpu = await _loaded(bare_subject)
                    figures, cpu = await _loaded(subject)
                    turns[label].append(Turn(figures, bare_figures, cpu, bare_cpu))
            return [Row(label, each) for label, each in turns.items()]


async def _loaded(subject: _Subject) -> tuple[Figures, float]:
    """Return the figures, and the processor time per request."""
    before = subject.program.cpu_seconds()
    figures = await load(subject.program.url, [subject.request], CONNECTIONS, _TURN_SECONDS)
    return figures, (subject.program.cpu_seconds() - before) / max(1, figures.requests)


async def _warm(subjects: Mapping[str, _Subject]) -> bytes:
    """Send every request until its response is cached. Return the response, which is the same for every token."""
    content = b""
    for label, subject in subjects.items():
        for _ in range(_WARMING):
            if label == REFUSED:
                await _spend(subject)
            else:
                content = await answer(subject.program, subject.request)
    return content


async def _spend(subject: _Subject) -> None:
    """Use up the reads of a minute."""
    connection = await connect(subject.program.url)
    while (await connection.exchange(subject.request)).status == HTTPStatus.OK:
        pass
    connection.close()


@contextmanager
def _subjects(folder: Path) -> Iterator[dict[str, _Subject]]:
    with sandbox(folder, "fast") as gateway, ExitStack() as stack:
        settle(gateway.database, [_NAME], EACH)
        subjects: dict[str, _Subject] = {}
        limits = {"readsPerMinute": READS_PER_MINUTE, "writesPerMinute": None}
        backstage = stack.enter_context(backstage_with(_NAME))
        for label, provider in {
            WRITTEN: None,
            BACKSTAGE: backstage,
            OIDC: stack.enter_context(openid_with(_NAME)),
            REFUSED: Provider(backstage.token, {**backstage.more, "limits": limits}),
        }.items():
            place = folder / label.replace(" ", "-").lower()
            place.mkdir()
            subjects[label] = stack.enter_context(_subject(gateway, place, provider))
        yield subjects


@contextmanager
def _subject(gateway: Sandbox, folder: Path, provider: Provider | None) -> Iterator[_Subject]:
    """A separate Keydesk process. Without a provider, people are in a file and have demo tokens."""
    more = provider.more if provider else {}
    people = () if provider else (_NAME,)
    plan = DeskPlan(gateway, f"sqlite:///{folder / 'keydesk.db'}", people, folder, more)
    token = provider.token if provider else plan.tokens()[_NAME]
    with desk(plan) as program:
        yield _Subject(program, message("GET", f"{API}/keys", as_person(token)))
