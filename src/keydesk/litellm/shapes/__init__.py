"""The shapes of LiteLLM's objects: what is read is tolerant, what is sent is closed. No I/O here."""
