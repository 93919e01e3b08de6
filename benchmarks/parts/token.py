"""The time of a warm `keydesk token`, which coding tools run before their requests, compared with bare Python."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.effort import Effort
from keydesk.client.key_file import USUAL_PROFILE, key_file

RUNS = 20
_FAR = 2**40
_A_WHILE_AGO = 60


@dataclass(frozen=True)
class TokenRuns:
    """Seconds of each run, and the modules that only `keydesk token` imports."""

    keydesk: list[float]
    bare: list[float]
    imports: list[str]


async def measure_token(folder: Path, _effort: Effort) -> TokenRuns:
    """Run both in turn, so that other load of the machine affects both."""
    return token_runs(Path(sys.executable), folder)


def token_runs(python: Path, home: Path) -> TokenRuns:
    """Run the `keydesk` that is installed beside an interpreter, and the interpreter."""
    file, environment = _stored_key(home), {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    keydesk, bare = [str(python), str(python.with_name("keydesk")), "token"], [str(python), "-c", "pass"]
    pairs = [(_seconds(_warm(file, keydesk), environment), _seconds(bare, environment)) for _ in range(RUNS)]
    imports = _imports(_warm(file, keydesk), environment)
    ours, theirs = ([pair[place] for pair in pairs] for place in (0, 1))
    return TokenRuns(ours, theirs, sorted(imports - _imports(bare, environment)))


def _stored_key(home: Path) -> Path:
    file = Path(key_file(str(home / "keydesk"), USUAL_PROFILE, ""))
    file.parent.mkdir(parents=True)
    file.write_text(f"sk-a-key\nid\n{_FAR}\n{_FAR}\n")
    file.chmod(0o600)
    return file


def _warm(file: Path, command: list[str]) -> list[str]:
    """Let a while pass since the key was printed: within seconds, the server would be asked."""
    os.utime(file, (time.time() - _A_WHILE_AGO,) * 2)
    return command


def _seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _imports(command: list[str], environment: dict[str, str]) -> set[str]:
    traced = [command[0], "-X", "importtime", *command[1:]]
    said = subprocess.run(traced, env=environment, check=True, capture_output=True, text=True).stderr
    return {line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")}
