"""The usage page: what was used when, by which model, key and team."""
