"""The spend of calls: enforced immediately, visible in responses after a delay, and reset after each period."""
