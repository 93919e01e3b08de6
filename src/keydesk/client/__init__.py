"""The command line of a person's machine: sign-in, profiles, tokens and calls of a Keydesk server.

It needs no extra: nothing here imports the server's libraries.
"""
