"""Short-lived keys of teams for jobs and services, for a token of their platform instead of a stored secret."""
