"""`keydesk login`, `whoami` and `logout` as processes, in an empty home directory and without a keychain."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.resilience.processes.machine_sign_in import keydesk_of, sign_in
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

JANE = unique("jane")


@pytest.fixture(scope="module")
def keydesk(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    requests = {"enabled": True, "approverGroups": ["group:default/platform"]}
    folder = tmp_path_factory.mktemp("command-line")
    with keydesk_of(
        JANE, upstream, folder, {"requests": requests}, keyAllowances={"usdPerDay": 30}
    ) as address:
        yield address


async def test_a_person_signs_in_and_out(keydesk: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **dict.fromkeys(("HOME", "XDG_CONFIG_HOME"), str(home)),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "NO_PROXY": "127.0.0.1",
    }
    shown = tmp_path / "shown"
    await sign_in(keydesk, JANE, environment, shown)
    assert f"You are signed in at {keydesk} as user:default/{JANE}." in shown.read_text()
    assert "which only you can read" in shown.read_text()
    (tokens,) = home.rglob("tokens/*.json")
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600

    found = run_command("whoami", "--json", environment=environment)
    assert json.loads(found.stdout) == {
        "person": f"user:default/{JANE}",
        "server": keydesk,
        "issuer": keydesk,
        "profile": "default",
        "tokens": "file",
    }
    elsewhere = run_command("whoami", "--profile", "work", environment=environment)
    assert (elsewhere.returncode, "--profile work" in elsewhere.stderr) == (3, True)

    manages_keys(environment)

    token = run_command("token", "--for", "claude", environment=environment)
    assert (token.returncode, token.stdout[:3], token.stdout.count("\n")) == (0, "sk-", 1)
    assert run_command("token", "--for", "claude", environment=environment).stdout == token.stdout

    tried = run_command("try", "gpt-4o-mini", environment=environment)
    assert (tried.returncode, tried.stdout.strip() != "") == (0, True)
    counted = r"gpt-4o-mini: \d+ input and \d+ output tokens"
    # Before LiteLLM 1.110, the cost of a stream is an estimate.
    assert re.fullmatch(rf"{counted}, (about )?\$0\.0*[1-9]\d*( \(an estimate .*\))?\.\n", tried.stderr)
    told = json.loads(run_command("try", "gpt-4o-mini", "hi", "--json", environment=environment).stdout)
    assert (told["cost"] > 0, told["answer"]) == (True, tried.stdout[:-1])
    unknown = run_command("try", "gpt-99", environment=environment)
    assert (unknown.returncode, "It can use: " in unknown.stderr) == (1, True)

    checks_the_machine(environment)

    assert run_command("logout", environment=environment).returncode == 0
    assert run_command("token", "--for", "claude", environment=environment).returncode == 3
    assert not [*home.rglob("tokens/*.json")]
    assert run_command("whoami", environment=environment).returncode == 3


def manages_keys(environment: dict[str, str]) -> None:
    """Create a key, change it and delete it. The secret is the only output of its creation."""

    def keydesk(*arguments: str) -> str:
        ended = run_command(*arguments, environment=environment)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    created = run_command(
        "keys", "create", "laptop", "--max-budget", "5", "--duration", "7d", environment=environment
    )
    secret = created.stdout.strip()
    assert (created.returncode, secret[:3], secret in created.stderr) == (0, "sk-", False)
    assert "laptop" in keydesk("keys", "list")
    renewed = json.loads(keydesk("keys", "rotate", "laptop", "--json"))
    assert renewed["key"] not in {"", secret}
    keydesk("keys", "block", "laptop")
    assert json.loads(keydesk("keys", "list", "--json"))[0]["blocked"] is True
    keydesk("keys", "unblock", renewed["token"])
    keydesk("keys", "extend", "laptop", "30d")
    refused = run_command("keys", "revoke", "laptop", environment=environment)
    assert (refused.returncode, "--yes" in refused.stderr) == (1, True)
    keydesk("keys", "revoke", "laptop", "--yes")
    assert json.loads(keydesk("keys", "list", "--json")) == []
    unknown = run_command("keys", "block", "laptop", environment=environment)
    assert (unknown.returncode, "no key with the name" in unknown.stderr) == (1, True)
    assert "Total" in keydesk("usage")
    assert json.loads(keydesk("usage", "--by", "day", "--json"))["group_by"] == "day"
    assert "gpt-4o" in keydesk("models")
    assert json.loads(keydesk("teams", "--json")) == []
    asks_for_more(keydesk)


def asks_for_more(keydesk: Callable[..., str]) -> None:
    """See the budget, request a larger one, and withdraw the request."""
    budgets = json.loads(keydesk("budget", "--json"))
    assert budgets.keys() == {"account", "teams", "allowance"}
    shown = keydesk("budget")
    assert re.search(r"Account +\$10\.00 +\$0\.00 +\$10\.00", shown), shown
    assert re.search(r"Keys, per day +\$30\.00", shown), shown
    wanted = ["account-budget", "--max-budget", "50", "--reason", "Load tests"]
    made = json.loads(keydesk("requests", "create", *wanted, "--json"))
    assert (made["state"], made["requested"]["max_budget"]) == ("pending", 50.0)
    assert re.search(r"account-budget +\$50\.00 +permanent +pending", keydesk("requests", "list"))
    keydesk("requests", "withdraw", made["id"])
    (found,) = json.loads(keydesk("requests", "list", "--json"))
    assert found["state"] == "withdrawn"


def checks_the_machine(environment: dict[str, str]) -> None:
    """`keydesk doctor` checks the machine, not the server, and finds no problem but those that are made here."""

    def checked(*arguments: str, **variables: str) -> tuple[int, dict[str, str]]:
        ended = run_command("doctor", "--json", *arguments, environment={**environment, **variables})
        report = json.loads(ended.stdout)
        assert report["ok"] is (ended.returncode == 0)
        return ended.returncode, {check["check"]: check["state"] for check in report["checks"]}

    status, states = checked("--model", "gpt-4o-mini")
    assert (status, {*states.values()}) == (0, {"ok"}), states
    names = {"keydesk", "keydesk clock", "sign-in", "gateway", "key claude", "account", "variables"}
    assert states.keys() >= {*names, "model gpt-4o-mini"}
    assert checked("--model", "gpt-99")[1]["model gpt-99"] == "failed"
    assert checked(OPENAI_API_KEY="sk-canary")[1]["variable OPENAI_API_KEY"] == "warning"
    shown = run_command("doctor", environment=environment)
    assert (shown.returncode, "No check failed." in shown.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["login", "http://keys.example.com"], 2),
        (["login", "https://127.0.0.1:1"], 4),
        (["whoami", "--profile", "../x"], 2),
        (["keys", "create", "laptop"], 2),
        (["keys", "list"], 3),
        (["try", "gpt-4o-mini"], 3),
    ],
    ids=str,
)
def test_each_failure_has_its_exit_status(arguments: list[str], status: int, tmp_path: Path) -> None:
    environment = dict.fromkeys(("HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    ended = run_command(*arguments, environment=environment)
    assert ended.returncode == status, ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
