"""What is known of people and groups."""
