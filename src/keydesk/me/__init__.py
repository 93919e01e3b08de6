"""What a virtual key can see about itself."""
