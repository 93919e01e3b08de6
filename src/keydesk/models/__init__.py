"""The catalogue of AI models behind the gateway."""
