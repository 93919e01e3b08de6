"""The spend of calls: enforced immediately, visible in responses after a short delay, and reset at the end of a period."""
