"""The `keydesk` command, with one module for each subcommand."""
