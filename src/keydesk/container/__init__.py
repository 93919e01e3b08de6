"""Opens the shared resources and builds every service from the settings."""
