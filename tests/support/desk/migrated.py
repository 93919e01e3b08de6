"""New SQLite databases with the newest schema. Migrating one takes a tenth of a second, so they are copies of one."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url

from keydesk.storage.migrate import upgrade


def migrated(url: str) -> str:
    """Create the SQLite database with this URL if its file does not exist yet, and return the URL.

    Leaves PostgreSQL, and a folder that does not exist, to the code under test.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        file = Path(parts.database or "")
        if file.parent.is_dir() and not file.exists():
            file.write_bytes(_new_database())
    return url


@cache
def _new_database() -> bytes:
    """Return the content of a database after all migrations."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "keydesk.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            connection.exec_driver_sql("pragma journal_mode=WAL")
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        return file.read_bytes()
