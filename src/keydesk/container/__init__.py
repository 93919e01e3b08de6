"""Builds every service from the settings."""
