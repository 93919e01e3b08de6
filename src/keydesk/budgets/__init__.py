"""Rules for budgets: amounts, periods and ceilings."""
