"""The pages of monthly statements."""
