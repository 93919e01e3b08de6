"""Keydesk: the self-service key desk of a LiteLLM gateway."""
