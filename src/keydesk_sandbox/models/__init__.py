"""The gateway's models: which exist, who may see them, how LiteLLM describes them."""
