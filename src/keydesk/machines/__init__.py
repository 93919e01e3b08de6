"""Machines on which people are signed in with the command line: device codes, loopback redirects and tokens."""
