"""Teams: shared budgets and models, their members, and what objects they may use."""
