"""Pages whose figures refresh themselves: how old the figures are, and whether newer ones are there."""
