"""The page of the models and of what I may use."""
