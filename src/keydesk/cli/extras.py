"""Says which extra a command needs, if its modules are not installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing(command: str, extra: str) -> Iterator[None]:
    """Exit with status 2 and one line if a module of the extra is missing. `command` is what the person ran."""
    try:
        yield
    except ImportError as error:
        missing = error.__cause__ or error  # cyclopts wraps the error of a command's module
        if not isinstance(missing, ModuleNotFoundError) or str(missing.name).startswith("keydesk."):
            raise
        sys.stderr.write(f"`{command}` requires the extra {extra}. Run: pip install 'keydesk[{extra}]'\n")
        sys.exit(2)
