"""Checks a person's machine: the sign-in, the gateway, the keys, and the files and variables of coding tools.

It needs no extra, makes no key, and changes nothing.
"""
