"""The OpenAPI document, and the descriptions of every operation in YAML."""
