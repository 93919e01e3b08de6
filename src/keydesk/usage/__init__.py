"""Spend and tokens by day, model and key."""
