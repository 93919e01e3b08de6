"""Calls of models in every API the gateway offers. They cost money and count, but no model is asked."""
