"""What the web client needs to know of the configuration."""
