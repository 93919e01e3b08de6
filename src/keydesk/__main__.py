"""The `keydesk` command, also as `python -m keydesk`. Prints the key of this machine without importing the rest."""

import sys

from keydesk.client.key_file import printed


def main() -> None:
    if sys.argv[1:2] == ["token"] and printed(sys.argv[2:]):
        return
    from keydesk.cli.main import main as run  # noqa: PLC0415 - takes a quarter of a second

    run()


if __name__ == "__main__":
    main()
