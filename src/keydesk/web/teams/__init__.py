"""The pages of teams: memberships, managed teams, and changes."""
