"""How commands of operators are listed beside those of people with the same noun."""

from importlib.util import find_spec

OPERATORS = "All keys and people, on the server of Keydesk"
"""The title of the operators' section in the help of a noun."""


def help_of(short: str) -> dict[str, str]:
    """Return the arguments with which a command is registered: nothing, or a short help without the extra `server`.

    The help is the docstring of the command, which can be read only with the extra.
    """
    try:
        has_server = find_spec("sqlalchemy") is not None
    except ModuleNotFoundError:
        has_server = False
    return {} if has_server else {"help": short}
