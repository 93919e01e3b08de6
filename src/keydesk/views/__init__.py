"""Cached read models for the API and the portal."""
