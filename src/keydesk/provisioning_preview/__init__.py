"""Previews the account settings of a group or a person."""
