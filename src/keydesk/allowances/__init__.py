"""Allowances: how much all keys of a person, or all service keys of a team, may have together."""
