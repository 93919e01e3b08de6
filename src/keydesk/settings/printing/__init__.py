"""Settings for people and editors to read: the effective ones, the JSON Schema, the reference."""
