"""Keydesk: self-service accounts, virtual keys and usage for a LiteLLM gateway."""
