"""What a budget may be: amounts, periods and ceilings."""
