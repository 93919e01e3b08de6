"""Requests for more than the limits allow: asking, deciding, granting for a time and taking back."""
