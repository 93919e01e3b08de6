"""`keydesk serve` does not start with a LiteLLM that is too old or compromised, and logs one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.resilience.processes.test_cannot_start import GATEWAY, refusal
from tests.support.peers.handlers import served


@contextmanager
def litellm_of(version: str) -> Iterator[str]:
    """Run a healthy LiteLLM of this version. Yield its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("x-litellm-version", version)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"status": "healthy"}')

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with served(Answer) as url:
        yield url


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.83.14", "LiteLLM 1.83.14 is older than 1.84.0, the oldest release that Keydesk supports."),
        ("1.82.8", "LiteLLM 1.82.8 contains malware that steals credentials."),
    ],
)
def test_an_unsupported_release_is_named(tmp_path: Path, version: str, reason: str) -> None:
    with litellm_of(version) as url:
        entry = refusal(tmp_path, litellm=GATEWAY | {"baseUrl": url})
    assert entry["reason"] == reason
    assert "docs/reference/litellm-releases.md" in entry["remedy"]
