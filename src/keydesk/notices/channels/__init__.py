"""The channels that send messages."""
