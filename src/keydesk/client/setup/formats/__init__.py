"""Reads and changes values in the files of tools, and keeps their comments and layout."""
