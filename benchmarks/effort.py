"""The length of the measurements."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Effort:
    """`seconds` is the length of one load of a fast route, `slow_seconds` of one that waits for LiteLLM.

    `rounds` are requests of each subject in turn, `newcomers` people on their first day, `people` those in one
    process, `pairs` changes each with a read after it. All parts together take at most `most_seconds`.
    """

    seconds: int
    slow_seconds: int
    starts: int
    rounds: int
    newcomers: int
    people: int
    pairs: int
    soak_seconds: int
    most_seconds: int

    def with_soak(self, seconds: int | None) -> "Effort":
        """Return the same effort with another length of the soak, if one is given."""
        return self if seconds is None else replace(self, soak_seconds=seconds)


QUICK = Effort(
    seconds=1,
    slow_seconds=2,
    starts=2,
    rounds=20,
    newcomers=50,
    people=500,
    pairs=200,
    soak_seconds=15,
    most_seconds=6 * 60,
)
USUAL = Effort(
    seconds=4,
    slow_seconds=5,
    starts=3,
    rounds=100,
    newcomers=200,
    people=10_000,
    pairs=3_000,
    soak_seconds=60,
    most_seconds=20 * 60,
)
FULL = Effort(
    seconds=8,
    slow_seconds=10,
    starts=10,
    rounds=200,
    newcomers=1_000,
    people=10_000,
    pairs=10_000,
    soak_seconds=600,
    most_seconds=40 * 60,
)
