"""The commands of docs/how-to/backup.md, so that the tests run what people read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "backup.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Commands:
    back_up: str
    restore: str

    def with_names(self, names: Mapping[str, str]) -> "Commands":
        """Return the commands with the page's examples replaced, each of which must occur."""
        both = (self.back_up, self.restore)
        for example, name in names.items():
            assert any(example in text for text in both), f"docs/how-to/backup.md does not say {example}"
            both = (both[0].replace(example, name), both[1].replace(example, name))
        return Commands(*both)


def commands(heading: str) -> Commands:
    """Return the commands below a heading of the second level: the backup, then the restore."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return Commands(*_BLOCK.findall(section))
