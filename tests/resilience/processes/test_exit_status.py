"""The exit status of `keydesk serve` tells a service manager whether a restart can help."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from keydesk.cli.serve import drain_seconds
from keydesk.settings.loading import load_settings

NO_USE_TRYING_AGAIN = 2
"""The exit status that deploy/systemd/keydesk.service checks."""
LITELLM = {"baseUrl": "http://127.0.0.1:1", "masterKey": "sk-test"}


def ended(folder: Path, **sections: Any) -> int:
    config = folder / "keydesk.yaml"
    config.write_text(json.dumps({"litellm": LITELLM, "demo": {"enabled": True}} | sections))
    command = [sys.executable, "-m", "keydesk", "serve", "--config", str(config)]
    environment = {**os.environ, "KEYDESK_SERVER__PORT": "0"}
    ran = subprocess.run(command, env=environment, check=False, capture_output=True, timeout=120)  # noqa: S603 - our own command
    return ran.returncode


def test_an_invalid_configuration_prevents_a_restart(tmp_path: Path) -> None:
    assert ended(tmp_path, litellm={"baseUrl": "no address"}) == NO_USE_TRYING_AGAIN


def test_an_unavailable_database_allows_a_restart(tmp_path: Path) -> None:
    away = {"url": "postgresql://keydesk@127.0.0.1:1/keydesk"}
    assert ended(tmp_path, database=away) not in {0, NO_USE_TRYING_AGAIN}


def test_shutdown_waits_as_long_as_a_request_may_take() -> None:
    least = {
        "litellm": {"base_url": "http://127.0.0.1:1", "master_key": "sk-test"},
        "demo": {"enabled": True},
    }
    assert drain_seconds(load_settings(None, **least)) == 30
    assert drain_seconds(load_settings(None, **least, usage={"wait_seconds": 90})) == 95
    assert drain_seconds(load_settings(None, **least, server={"time_limit_seconds": 60})) == 65
