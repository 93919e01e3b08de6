"""The usage page: spend and tokens by day, model, key and team."""
