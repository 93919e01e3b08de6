"""A tagged cache of what LiteLLM answered, shared by concurrent readers."""
