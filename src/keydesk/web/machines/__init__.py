"""Pages that sign in the command line of a person's machine, and the endpoints of OAuth 2.0 for it."""
