"""LiteLLM accounts: lookup, provisioning and synchronization with the directory."""
