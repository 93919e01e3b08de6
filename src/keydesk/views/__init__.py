"""Cached read models of accounts, keys, teams and models, for the API and the portal."""
