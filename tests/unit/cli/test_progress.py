"""What takes long says so on a terminal, and nowhere else. The programs run on a pseudo terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
START = "import time; from keydesk.cli import progress; progress._PATIENCE_SECONDS = {patience}\n"
COLOR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Ended:
    """What a program wrote to the terminal, and to its standard output if that was a pipe."""

    status: int
    seen: str
    piped: str

    @property
    def on_screen(self) -> str:
        """Return what stays on the terminal: a line that is erased is not there any more."""
        lines = [""]
        for part in re.split(r"(\r\n|\r|\x1b\[\d*[A-Za-z]|\x1b\[\?\d+[hl])", self.seen):
            if part == "\r\n":
                lines.append("")
            elif part == "\x1b[2K":
                lines[-1] = ""
            elif part == "\x1b[1A":
                lines.pop()
            elif not part.startswith(("\r", "\x1b")):
                lines[-1] += part
        return "\n".join(lines).strip()


def run(code: str, *, patience: float = 0.05, stdout: int | None = None, **environment: str) -> Ended:
    """Run a program whose standard error, and by default standard output, is a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", START.format(patience=patience) + code],
        stdin=follower,
        stdout=follower if stdout is None else stdout,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    ) as process:
        os.close(follower)
        seen = _read_all(leader)
        piped = process.stdout.read().decode() if process.stdout else ""
    os.close(leader)
    return Ended(process.returncode, seen, piped)


def _read_all(leader: int) -> str:
    content, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if not select.select([leader], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(leader, 65_536)
        except OSError:  # Linux: the program has ended
            break
        if not part:
            break
        content += part
    return content.decode()


WAITS = """
with progress.waiting("Waiting for an answer", also_piped=False):
    time.sleep(0.4)
print("the answer")
"""


def test_a_long_wait_is_shown_and_removed() -> None:
    ended = run(WAITS)
    assert "Waiting for an answer" in ended.seen
    assert (ended.status, ended.on_screen) == (0, "the answer")
    assert ended.seen.count("\x1b[?25l") == ended.seen.count("\x1b[?25h"), "the cursor is visible again"


def test_nothing_is_shown_in_the_first_second() -> None:
    ended = run(WAITS, patience=1.0)
    assert ended.seen == "the answer\r\n"


def test_nothing_is_shown_if_a_program_reads_the_output() -> None:
    ended = run(WAITS, stdout=subprocess.PIPE)
    assert (ended.seen, ended.piped) == ("", "the answer\n")


def test_nothing_is_shown_without_a_terminal() -> None:
    code = START.format(patience=0.05) + WAITS
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert (ended.stdout, ended.stderr) == ("the answer\n", "")


def test_a_dumb_terminal_gets_plain_output() -> None:
    assert run(WAITS, TERM="dumb").seen == "the answer\r\n"


def test_there_is_no_color_without_color() -> None:
    ended = run(WAITS, NO_COLOR="1")
    assert "Waiting for an answer" in ended.seen
    assert COLOR.search(ended.seen) is None


def test_the_time_that_is_left_is_shown() -> None:
    ended = run('with progress.waiting("Waiting for you", 570):\n    time.sleep(0.4)\n')
    assert re.search(r"Waiting for you, 9:(30|29) left", ended.seen)
    assert ended.on_screen == ""


REQUEST = """
import asyncio
from keydesk.cli.running_client import run
run(lambda http: asyncio.sleep(0.4))
"""


def test_a_command_of_a_person_waits_visibly() -> None:
    ended = run(REQUEST)
    assert "Waiting for an answer" in ended.seen
    assert ended.on_screen == ""
    assert run(REQUEST, stdout=subprocess.PIPE).seen == ""


COUNTS = """
import sys
with progress.counting("Checking keys", "keys") as counted:
    for number in range(1, 5):
        counted.reach(number * 1000, 4000)
        time.sleep(0.1)
        with counted.aside():
            print("line", number)
"""


def test_progress_is_counted_beside_the_output() -> None:
    ended = run(COUNTS)
    assert "Checking keys: 2,000 of 4,000 keys" in ended.seen
    assert ended.on_screen == "line 1\nline 2\nline 3\nline 4"


def test_progress_is_shown_while_the_output_is_piped() -> None:
    ended = run(COUNTS, stdout=subprocess.PIPE)
    assert "of 4,000 keys" in ended.seen
    assert ended.on_screen == ""
    assert ended.piped == "line 1\nline 2\nline 3\nline 4\n"


def test_an_export_counts_bytes_unless_they_are_on_the_terminal() -> None:
    code = """
import sys
with progress.writing("Writing the statement") as wrote:
    wrote(sys.stdout.write("x" * 1_500_000))
    time.sleep(0.4)
"""
    assert "Writing the statement: 1.5 MB" in run(code, stdout=subprocess.DEVNULL).seen
    assert "Writing" not in run(code.replace("1_500_000", "10")).seen


@pytest.mark.parametrize(
    "prints",
    [
        "from keydesk.cli.running_client import say; say('a sentence')",
        "from keydesk.cli.try_model import write_safely; write_safely('a sentence')",
    ],
)
def test_a_sentence_ends_the_line(prints: str) -> None:
    code = f"""
with progress.waiting("Waiting for an answer"):
    time.sleep(0.3)
    {prints}
    time.sleep(0.3)
"""
    ended = run(code)
    before, _, after = ended.seen.partition("a sentence")
    assert "Waiting" in before
    assert "Waiting" not in after
    assert ended.on_screen == "a sentence"


def test_the_line_is_removed_after_a_failure_and_an_interruption() -> None:
    for failure in ("SystemExit(3)", "KeyboardInterrupt"):
        code = f"""
try:
    with progress.waiting("Waiting for an answer"):
        time.sleep(0.3)
        raise {failure}
except KeyboardInterrupt:
    pass
"""
        ended = run(code)
        assert "Waiting" in ended.seen
        assert ended.on_screen == ""
