"""`python -m keydesk` is the `keydesk` command."""

from keydesk.cli.main import main

if __name__ == "__main__":
    main()
