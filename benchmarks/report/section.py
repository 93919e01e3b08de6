"""The result of a part of the benchmarks: a text, and its claims."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Claim:
    """A goal; `met` compares the measured value with the limit, both of which are written out."""

    what: str
    limit: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Section:
    """`text` is Markdown below the title. `exact` is False if a count is wrong, independent of the speed."""

    title: str
    text: str
    claims: tuple[Claim, ...] = ()
    exact: bool = True

    def printed(self) -> dict[str, Any]:
        return asdict(self)


def read_section(printed: Mapping[str, Any]) -> Section:
    """Parse the output of `printed`."""
    claims = tuple(Claim(**claim) for claim in printed["claims"])
    return Section(printed["title"], printed["text"], claims, printed["exact"])
