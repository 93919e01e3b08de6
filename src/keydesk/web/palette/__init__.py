"""The command palette: everything that a person can open by its name."""
