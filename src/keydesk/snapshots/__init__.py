"""What LiteLLM said, kept in memory: how long it counts, and when it must be forgotten."""
