"""The pages of teams: mine, those I manage, and changes to them."""
