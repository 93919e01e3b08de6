"""Looks at an installation from inside: is what it needs there, and how is what is wrong put right."""
