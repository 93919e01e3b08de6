"""The pages of requests for a larger budget."""
