"""PostgreSQL's programs in the version of a server: Debian's postgresql-client, or those of the PyPI package."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.support.peers.postgres import packaged_programs, url_of
from tests.support.required import missing

_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


def administrator(server: str) -> dict[str, str]:
    """Return the environment with those programs on the path, connected to the server as the tests' user."""
    said = conninfo_to_dict(server)
    known = {variable: str(said[name]) for name, variable in _VARIABLES.items() if name in said}
    return known | {"PATH": f"{_programs_for(server)}{os.pathsep}{os.environ['PATH']}"}


def _programs_for(server: str) -> Path:
    with psycopg.connect(url_of(server, "postgres")) as connection:
        wanted = connection.info.server_version // 10_000
    on_path = shutil.which("pg_dump")
    for folder in (on_path and Path(on_path).parent, packaged_programs()):
        if folder and _major_version(folder / "pg_dump") == wanted:
            return folder
    return missing(f"pg_dump of PostgreSQL {wanted} is not installed (Debian's postgresql-client)")


def _major_version(program: Path) -> int:
    command = [str(program), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - found above
    return int(re.findall(r"\d+", said)[0])
