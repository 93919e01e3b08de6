"""Diagnoses an installation: checks its dependencies and suggests fixes."""
