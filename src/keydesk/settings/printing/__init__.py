"""Output about settings: the effective values, the JSON Schema and the reference."""
