"""The kinds of requests, each in a module: what it changes, how, and what can be requested."""
