"""`keydesk doctor`: checks a person's machine, or the server if there is a configuration of one."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.extras import importing
from keydesk.cli.findings import print_findings
from keydesk.cli.output import AsJson
from keydesk.cli.running_client import ProfileName, run
from keydesk.client.profiles import chosen_profile
from keydesk.doctor.finding import Finding
from keydesk.doctor.machine.examination import Machine, examine_machine
from keydesk.kit.http_client import HttpClient

_SETTING, _SECTION = re.compile(r"KEYDESK_\w+?__\w"), "KEYDESK_LITELLM"


def doctor(
    files: ConfigFiles = None,
    *,
    model: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    as_json: AsJson = False,
    profile: ProfileName = None,
) -> None:
    """Check this machine, or the server of Keydesk. Exit with status 1 if a check fails.

    On your machine: the sign-in, the gateway, your keys and budget, proxies and certificates, and what overrides your
    tools. With --config, or with settings of the server in the environment: everything that the service depends on.

    Example: `keydesk doctor`

    Parameters
    ----------
    files
        The server: a configuration file, as for `keydesk serve`.
    model
        Your machine: a model that you want to use. Repeat it for more models.
    as_json
        Print one JSON object instead of text.
    profile
        Your machine: the sign-in to check, if you use more than one.

    """
    if is_server(files, os.environ):
        with importing("keydesk doctor --config", "server"):
            from keydesk.cli.server_doctor import report  # noqa: PLC0415 - needs the extra `server`
        sys.exit(report(files, as_json=as_json))

    async def working(http: HttpClient) -> list[Finding]:
        return await examine_machine(Machine.of_person(chosen_profile(profile), http), model)

    sys.exit(print_findings(run(working), as_json=as_json))


def is_server(files: Sequence[object] | None, environ: Mapping[str, str]) -> bool:
    """Return whether this is the server: it has a configuration file, or a variable such as KEYDESK_DATABASE__URL."""
    return bool(files) or any(name == _SECTION or _SETTING.match(name) for name in environ)
