"""The first hour of a new user: from a clone and an empty home directory to the cost of the first calls.

Every command is copied from the README, from what the demo prints, or from the page of the new key.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from shutil import which

import httpx2
import pytest

from tests.architecture.markdown_files import code_blocks
from tests.deployment.files.conftest import ROOT
from tests.support.peers.node_packages import installed_packages
from tests.support.required import missing

pytestmark = pytest.mark.deployment_tools
CODEX = Path(__file__).with_name("codex")
_INSTALL_SECONDS = 900
_STREAMING = """
with client.messages.stream(
    model={model}, max_tokens=1000, messages=[{{"role": "user", "content": "Hello"}}]
) as stream:
    print("".join(stream.text_stream))
"""


@dataclass
class Stopwatch:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begun

    def report(self) -> str:
        rows = [f"  {seconds:7.1f} s  {name}" for name, seconds in self.seconds.items()]
        return "\n".join(["The first hour:", *rows, f"  {sum(self.seconds.values()):7.1f} s  in total"])


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a clone and an empty home directory."""

    clone: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        tools = [CODEX / "node_modules" / ".bin", self.clone / ".venv" / "bin"]
        path = os.pathsep.join([*map(str, tools), os.environ["PATH"]])
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return {**kept, "HOME": str(self.home), "PATH": path}

    def shell(self, script: str) -> str:
        """Run a script as it is pasted into a terminal, and return what it prints."""
        return self._printed("/bin/sh", "-c", script)

    def program(self, text: str) -> str:
        """Run a Python program with the SDKs of this environment."""
        return self._printed(sys.executable, "-c", text)

    def _printed(self, *command: str) -> str:
        ended = subprocess.run(  # noqa: S603 - what the project tells a newcomer to run
            command,
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    if not (ROOT / ".git").exists() or which("git") is None:
        missing("git is not installed, or this is no clone")
    home = tmp_path / "home"
    home.mkdir()
    return Newcomer(tmp_path / "keydesk", home)


@contextmanager
def demo(newcomer: Newcomer, command: str) -> Iterator[str]:
    """Run the README's command in the clone, and yield what the demo prints when it is ready."""
    process = subprocess.Popen(  # noqa: S603 - the README's own command
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=newcomer.clone,
        env=newcomer.environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = threading.Timer(_INSTALL_SECONDS, process.kill)
    deadline.start()
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "/api/litellm/docs" in line:
                break
        yield "".join(lines)
    finally:
        deadline.cancel()
        if process.poll() is None:
            os.killpg(process.pid, 15)
        process.wait(timeout=60)
        if process.stdout is not None:
            process.stdout.close()


class Portal:
    """The portal in a browser that has no scripts."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def page(self, path: str) -> str:
        answer = self._http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, page: str, **fields: str) -> str:
        """Send the form of a page, with its hidden fields."""
        hidden = dict(re.findall(r'<input type="hidden" name="(csrf|form_mark)" value="([^"]+)"', page))
        origin = {"Origin": str(self._http.base_url).rstrip("/")}
        answer = self._http.post(path, data=hidden | fields, headers=origin)
        assert answer.status_code == 200, answer.text
        return answer.text

    def first_key(self) -> dict[str, str]:
        """Sign in as a person without an account, create a key, and return the snippets of the page by id."""
        self.send("/sign-in", self.page("/sign-in"), person="newbie", next="/")
        form = self.page("/keys/new")
        page = self.send("/keys", form, alias="first-hour", max_budget="5", duration="30d")
        return {
            name: unescape(text)
            for name, text in re.findall(r'<code id="snippet-([a-z-]+)">(.*?)</code>', page, re.DOTALL)
        }

    def usage_with(self, *texts: str) -> str:
        """Open the usage page until it shows the texts, as a person does who waits for the cost."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            page = unescape(re.sub(r"<[^>]+>", " ", self.page("/usage")))
            if all(text in page for text in texts):
                return page
            time.sleep(1)
        raise AssertionError(f"the usage page shows none of {texts}")


def call_models(newcomer: Newcomer, snippets: dict[str, str], watch: Stopwatch) -> None:
    """Paste the snippets for curl, the SDKs and the coding agent, and check each answer."""
    with watch.step("curl"):
        assert '"content":"hi from mini"' in newcomer.shell(snippets["curl"]).replace(": ", ":")
    with watch.step("OpenAI SDK"):
        assert newcomer.program(snippets["openai"]) == "hi from mini\n"
    with watch.step("Anthropic SDK"):
        assert newcomer.program(snippets["anthropic"]) == "hi from sonnet\n"
    with watch.step("Anthropic SDK, streaming"):
        setup, _, call = snippets["anthropic"].partition("answer = ")
        model = re.search(r"model=(\S+),", call)
        assert model is not None
        assert newcomer.program(setup + _STREAMING.format(model=model[1])) == "hi from sonnet\n"
    assert snippets["codex"].endswith("codex --profile gateway")
    for turn in ("first", "second"):  # pasting again, as for another key, changes nothing for the worse
        with watch.step(f"Codex, pasted for the {turn} time"):
            ask = snippets["codex"].replace("codex --profile", "codex exec --skip-git-repo-check --profile")
            assert "hi from mini" in newcomer.shell(f"{ask} Hello")


def test_the_first_hour(newcomer: Newcomer, capsys: pytest.CaptureFixture[str]) -> None:
    watch = Stopwatch()
    with watch.step("git clone"):
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(newcomer.clone)], check=True)  # noqa: S603, S607 - our own checkout
    with watch.step("npm install @openai/codex"):
        installed_packages(CODEX)
    command = code_blocks(newcomer.clone / "README.md", "sh")[0].splitlines()[0].partition("#")[0].strip()
    assert command == "make demo"
    begun = time.monotonic()
    with demo(newcomer, command) as printed:
        watch.seconds["make demo, until it is ready"] = time.monotonic() - begun
        (address,) = re.findall(r"Open (\S+) ", printed)
        (ready_made,) = re.findall(r"(curl \S+/v1/chat/completions.*?}')", printed, re.DOTALL)
        with watch.step("the curl command that the demo prints"):
            assert "hi from mini" in newcomer.shell(ready_made)
        with httpx2.Client(base_url=address, timeout=60, follow_redirects=True, trust_env=False) as http:
            portal = Portal(http)
            with watch.step("sign in and create a key"):
                snippets = portal.first_key()
            call_models(newcomer, snippets, watch)
            with watch.step("until the usage page shows the spend"):
                page = portal.usage_with("first-hour", "gpt-4o-mini", "claude-sonnet")
            assert re.search(r"\$0\.0*[1-9]", page)
    with capsys.disabled():
        print(f"\n{watch.report()}")  # noqa: T201 - figures for a person
