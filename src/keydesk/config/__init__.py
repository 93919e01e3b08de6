"""The settings that web clients need."""
