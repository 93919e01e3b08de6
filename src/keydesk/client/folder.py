"""The folder of the command line's files. Imports next to nothing: `keydesk token` must be quick."""

import os
import sys


def config_folder() -> str:
    """Return the folder where this system keeps the configuration of programs."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")  # noqa: PTH111 - see above
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")  # noqa: PTH111 - see above
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - see above
    return os.path.join(base, "keydesk")  # noqa: PTH118 - see above
