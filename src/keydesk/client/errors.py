"""Why a command of a person failed, and its exit status."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit status of every command for people. Programs can rely on it."""

    FAILED = 1
    WRONG_USAGE = 2
    NOT_SIGNED_IN = 3
    UNAVAILABLE = 4


class ClientError(Exception):
    """A failure in one sentence for people. It never contains a secret."""

    status = ExitStatus.FAILED


class WrongUsage(ClientError):  # noqa: N818 - it reads as what happened
    """The command cannot work with these arguments."""

    status = ExitStatus.WRONG_USAGE


class NotSignedIn(ClientError):  # noqa: N818 - it reads as what happened
    """There is no sign-in, or it has ended or was revoked."""

    status = ExitStatus.NOT_SIGNED_IN


class Unavailable(ClientError):  # noqa: N818 - it reads as what happened
    """The server cannot be reached or is busy. The same command can succeed later."""

    status = ExitStatus.UNAVAILABLE
