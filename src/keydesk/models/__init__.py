"""The catalogue of models that the gateway provides."""
