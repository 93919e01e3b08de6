"""What the commands that repair many keys have in common: one failure does not stop the other keys."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from keydesk.cli.printable import console
from keydesk.cli.progress import counting
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError

_FAILED = "FAILED"


class Found(Protocol):
    """A key that a command found. `left_alone` is the reason to skip it."""

    @property
    def left_alone(self) -> str | None: ...


Key = TypeVar("Key", bound=Found)


@dataclass(frozen=True, slots=True)
class Page(Generic[Key]):
    """The keys on a page that the command found, the number of keys that were read, and that of all keys."""

    found: Sequence[Key]
    seen: int
    total: int


class Repair(ABC, Generic[Key]):
    """A command. `fault` says what its keys have in common, `verb` and `done` what the command does to them."""

    name: ClassVar[str]
    fault: ClassVar[str]
    verb: ClassVar[str]
    done: ClassVar[str]

    @abstractmethod
    def pages(self) -> AsyncIterator[Page[Key]]:
        """Yield the keys of the gateway, a page at a time."""

    @abstractmethod
    def planned(self, key: Key) -> str:
        """Return what the command would change."""

    @abstractmethod
    def change(self, key: Key) -> tuple[Awaitable[object], str]:
        """Return the change, and the text for its success."""

    @abstractmethod
    def line(self, key: Key, outcome: str) -> str: ...


async def repair_all(repair: Repair[Key], *, apply: bool) -> int:
    """Print the keys, and change them if `apply` is set. Return the number of keys that could not be changed."""
    out = console()
    seen = found = left = failed = 0
    with counting("Checking keys", "keys") as progress:
        async for page in repair.pages():
            progress.reach(seen, page.total)
            seen, found = seen + page.seen, found + len(page.found)
            for key in page.found:
                outcome = f"skip: {key.left_alone}" if key.left_alone else repair.planned(key)
                if apply and not key.left_alone:
                    outcome = await _repaired(*repair.change(key))
                left += key.left_alone is not None
                failed += outcome.startswith(_FAILED)
                with progress.aside():
                    out.print(repair.line(key, outcome))
                progress.add()
            progress.reach(seen, page.total)
    todo = found - left
    result = f"{todo - failed} {repair.done}, {failed} failed" if apply else f"{todo} to {repair.verb}"
    out.print(f"{seen} keys, {found} {repair.fault}: {result}, {left} skipped")
    if todo and not apply:
        command = f"keydesk keys {repair.name} --apply"
        out.print(f"Nothing was changed. Run `{command}` to {repair.verb} these keys.")
    return failed


async def _repaired(change: Awaitable[object], done: str) -> str:
    """Make the change. Return `done`, or a text that starts with `FAILED` and names the reason."""
    try:
        await change
    except LiteLLMError:
        return f"{_FAILED}: LiteLLM did not change the key"
    except Problem as problem:
        # For example, another request is changing the key.
        return f"{_FAILED}: {problem.error}"
    return done
