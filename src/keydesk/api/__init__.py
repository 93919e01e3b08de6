"""The HTTP API: one file of routes for each noun."""
