"""The page of single calls."""
