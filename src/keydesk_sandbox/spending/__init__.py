"""What calls cost: recorded at once for enforcement, visible in answers a moment later, reset on time."""
