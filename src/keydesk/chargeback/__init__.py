"""Monthly statements of spend by cost center, team, person and model."""
