"""What this machine is called."""

import socket

_LONGEST_NAME = 40


def machine_name() -> str:
    """Return what this machine is called in the list of signed-in machines."""
    return socket.gethostname()[:_LONGEST_NAME]
