"""The file with the key of this machine, and the quick way to print it. Imports next to nothing.

Tools run `keydesk token` before their requests, so it must be quick: no keychain, no network, no library. A tool that
runs it again within seconds was probably refused, so then the server is asked whether the key still works.
"""

import os
import sys
import time

from keydesk.client.folder import config_folder

VARIABLE, USUAL_PROFILE = "KEYDESK_PROFILE", "default"
_AGAIN_SECONDS = 10
_OTHERS = 0o077
_LINES = 4
LONGEST_NAME = 40


def key_file(folder: str, profile: str, tool: str) -> str:
    """Return the path of the file with the key of a profile, and of a tool if it has a key of its own."""
    name = f"{profile}@{tool}" if tool else profile
    return os.path.join(folder, "keys", f"{name}.key")  # noqa: PTH118 - pathlib is slow to import


def read_lines(path: str) -> list[str] | None:
    """Return the secret, the id, and the times to renew and to expire; None for any other file."""
    try:
        if sys.platform != "win32" and os.stat(path).st_mode & _OTHERS:  # noqa: PTH116 - pathlib is slow to import
            return None
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            lines = file.read().split("\n")
    except (OSError, ValueError):
        return None
    return lines[:_LINES] if len(lines) > _LINES else None


def was_just_printed(path: str) -> bool:
    """Return whether the key was printed a few seconds ago, and note that it is printed now."""
    now = time.time()
    is_again = now - os.stat(path).st_mtime < _AGAIN_SECONDS  # noqa: PTH116 - pathlib is slow to import
    os.utime(path)
    return is_again


def printed(arguments: list[str]) -> bool:
    """Print the key if nothing else has to be done for it. Return False otherwise, and for unusual arguments."""
    profile, tool = os.environ.get(VARIABLE) or USUAL_PROFILE, ""
    while arguments:
        if len(arguments) == 1 or arguments[0] not in {"--profile", "--for"}:
            return False
        profile, tool = (arguments[1], tool) if arguments[0] == "--profile" else (profile, arguments[1])
        arguments = arguments[2:]
    if not is_name(profile) or (tool and not is_name(tool)):
        return False
    path = key_file(config_folder(), profile, tool)
    lines = read_lines(path)
    if lines is None or not _is_later(lines[2]) or was_just_printed(path):
        return False
    sys.stdout.write(lines[0] + "\n")
    return True


def is_name(text: str) -> bool:
    """Return whether the text can be the name of a profile or a tool: 1 to 40 letters, digits, `.`, `_` and `-`."""
    marks = "._-"
    is_plain = text.isascii() and all(character.isalnum() or character in marks for character in text)
    return is_plain and 0 < len(text) <= LONGEST_NAME and text[0] not in marks


def _is_later(moment: str) -> bool:
    return moment.isdigit() and int(moment) > time.time()
