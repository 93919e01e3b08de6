"""What a grant changes, by type of value: amounts and lists. Each computes what remains when a grant ends."""
