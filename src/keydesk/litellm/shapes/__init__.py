"""LiteLLM's objects. Responses are parsed tolerantly; request bodies allow no unknown members. No I/O."""
