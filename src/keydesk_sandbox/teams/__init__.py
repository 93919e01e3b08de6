"""Teams: shared budgets and models, members, and granted objects."""
