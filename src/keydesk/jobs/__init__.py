"""Periodic jobs, each run by one replica at a time."""
