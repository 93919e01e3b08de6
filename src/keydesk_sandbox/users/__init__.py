"""LiteLLM's internal users: the accounts keys and spend belong to."""
