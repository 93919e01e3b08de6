"""`keydesk doctor` checks the server only if something configures one."""

import pytest

from keydesk.cli.doctor import is_server


@pytest.mark.parametrize(
    ("files", "environ", "server"),
    [
        (None, {}, False),
        ([], {"KEYDESK_PROFILE": "work", "KEYDESK_PORT": "tcp://10.0.0.1:80", "PATH": "/bin"}, False),
        (["keydesk.yaml"], {}, True),
        (None, {"KEYDESK_LITELLM__MASTER_KEY": "sk-x"}, True),
    ],
)
def test_which_checks_run(files: list[str] | None, environ: dict[str, str], server: bool) -> None:
    assert is_server(files, environ) is server
