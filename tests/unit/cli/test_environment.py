"""What a command for people says if the environment has certificates or a proxy that it cannot use."""

from pathlib import Path

import pytest

from tests.support.peers.commands import run_command


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SSL_CERT_FILE", "/nonexistent", "cannot read the certificates"),
        ("HTTPS_PROXY", "gopher://jane:canary@proxy.example.com", "Use an HTTP proxy"),
        ("ALL_PROXY", "socks5://jane:canary@proxy.example.com:1080", "Use an HTTP proxy"),
    ],
)
def test_one_line_and_no_traceback(variable: str, value: str, said: str, tmp_path: Path) -> None:
    environment = dict.fromkeys(("HOME", "XDG_CONFIG_HOME"), str(tmp_path)) | {variable: value}
    ended = run_command("whoami", environment=environment)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert said in ended.stderr
    assert "canary" not in ended.stderr
