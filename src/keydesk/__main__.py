"""Runs the `keydesk` command with `python -m keydesk`."""

from keydesk.cli.main import main

if __name__ == "__main__":
    main()
