"""Who is calling. What they may do is decided in access."""
