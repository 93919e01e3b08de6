"""How `keydesk serve` ends when it cannot start: whoever starts it again must know whether that may help."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from keydesk.cli.serve import drain_seconds
from keydesk.settings.loading import load_settings

NO_USE_TRYING_AGAIN = 2
"""What deploy/systemd/keydesk.service goes by."""
LITELLM = {"baseUrl": "http://127.0.0.1:1", "masterKey": "sk-test"}


def ended(folder: Path, **sections: Any) -> int:
    config = folder / "keydesk.yaml"
    config.write_text(json.dumps({"litellm": LITELLM, "demo": {"enabled": True}} | sections))
    command = [sys.executable, "-m", "keydesk", "serve", "--config", str(config)]
    environment = {**os.environ, "KEYDESK_SERVER__PORT": "0"}
    ran = subprocess.run(command, env=environment, check=False, capture_output=True, timeout=120)  # noqa: S603 - our own command
    return ran.returncode


def test_a_configuration_that_cannot_be_used_is_no_reason_to_try_again(tmp_path: Path) -> None:
    assert ended(tmp_path, litellm={"baseUrl": "no address"}) == NO_USE_TRYING_AGAIN


def test_a_database_that_is_away_is(tmp_path: Path) -> None:
    away = {"url": "postgresql://keydesk@127.0.0.1:1/keydesk"}
    assert ended(tmp_path, database=away) not in {0, NO_USE_TRYING_AGAIN}


def test_requests_are_waited_for_as_long_as_one_may_take() -> None:
    least = {
        "litellm": {"base_url": "http://127.0.0.1:1", "master_key": "sk-test"},
        "demo": {"enabled": True},
    }
    assert drain_seconds(load_settings(None, **least)) == 30
    assert drain_seconds(load_settings(None, **least, usage={"wait_seconds": 90})) == 95
    assert drain_seconds(load_settings(None, **least, server={"time_limit_seconds": 60})) == 65
