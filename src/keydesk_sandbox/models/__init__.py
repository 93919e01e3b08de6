"""The gateway's models: which exist, who may see them, and LiteLLM's descriptions of them."""
