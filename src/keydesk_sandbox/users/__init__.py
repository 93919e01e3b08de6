"""LiteLLM's internal users: the owners of keys and spend."""
