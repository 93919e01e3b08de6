"""`keydesk ci`: gets a short-lived key for a job, and prints it or runs a command with it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import Parameter

from keydesk.cli.output import AsJson, print_json
from keydesk.cli.running_client import run, say
from keydesk.client.address import server_address
from keydesk.client.errors import ExitStatus, WrongUsage
from keydesk.client.server import Server
from keydesk.client.workload_key import KeyExchange, WorkloadKey, write_to_github
from keydesk.client.workload_token import USUAL_VARIABLE, WorkloadToken
from keydesk.kit.http_client import HttpClient

_GITHUB_FILE = "GITHUB_ENV"
_CANNOT_RUN = 127


def ci(  # noqa: PLR0913 - the options of the command
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    server: Annotated[str, Parameter(env_var="KEYDESK_URL")],
    audience: str | None = None,
    token_file: Path | None = None,
    token_variable: str = USUAL_VARIABLE,
    github_env: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
) -> None:
    """Get a key for this job, without a stored secret, and run a command with it.

    Keydesk exchanges the token that GitHub Actions, GitLab or Kubernetes gives to the job. The command finds the key
    in OPENAI_API_KEY and ANTHROPIC_AUTH_TOKEN, and the gateway in OPENAI_BASE_URL and ANTHROPIC_BASE_URL. Without a
    command, the key is printed.

    Example: `keydesk ci --server https://keys.example.com -- python review.py`

    Parameters
    ----------
    command
        The command to run, after `--`.
    server
        The address of Keydesk.
    audience
        The audience of the token, as in the rule of the platform team. Without it, it is the address of Keydesk.
    token_file
        A file with the token, such as a projected token of Kubernetes.
    token_variable
        The name of the variable with the token, such as that of `id_tokens` in GitLab.
    github_env
        Set the variables for the next steps of a job of GitHub Actions, instead of printing the key.
    as_json
        Print the key, its lifetime in seconds and the gateway as JSON.

    """
    _check_usage(command, github_env=github_env, as_json=as_json)

    async def working(http: HttpClient) -> WorkloadKey:
        keydesk = Server(server_address(server), http)
        token = WorkloadToken(http, token_file, token_variable)
        return await KeyExchange(keydesk, token).key(audience or keydesk.address)

    key = run(working)
    _mask(key, os.environ)
    if command:
        _run_with(key, command)
    if github_env:
        run(lambda _: _written(key))
        say(f"The next steps have a key that expires in {key.expires_in // 60} minutes.")
    elif as_json:
        print_json(
            {"key": key.secret, "expires_in": key.expires_in, "gateway": key.gateway, "alias": key.alias}
        )
    else:
        sys.stdout.write(key.secret + "\n")


def _check_usage(command: tuple[str, ...], *, github_env: bool, as_json: bool) -> None:
    if bool(command) + github_env + as_json > 1:
        say("Use only one of --github-env, --json and a command.")
        sys.exit(ExitStatus.WRONG_USAGE)
    if github_env and not os.environ.get(_GITHUB_FILE):
        say(f"--github-env works in GitHub Actions only: the variable {_GITHUB_FILE} is not set.")
        sys.exit(WrongUsage.status)


def _mask(key: WorkloadKey, environ: Mapping[str, str]) -> None:
    """Let GitHub Actions hide the key in the log. It reads commands on standard error, too."""
    if environ.get("GITHUB_ACTIONS") == "true":
        sys.stderr.write(f"::add-mask::{key.secret}\n")
        sys.stderr.flush()


async def _written(key: WorkloadKey) -> None:
    write_to_github(Path(os.environ[_GITHUB_FILE]), key.variables())


def _run_with(key: WorkloadKey, command: tuple[str, ...]) -> NoReturn:
    """Become the command, so that signals reach it and its exit status is the one of the job."""
    environment = key.environment(os.environ)
    try:
        if sys.platform == "win32":
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603 - what the job says
        os.execvpe(command[0], command, environment)  # noqa: S606 - what the job says
    except OSError as error:
        say(f"{command[0]} cannot be run: {error.strerror}.")
        sys.exit(_CANNOT_RUN)
