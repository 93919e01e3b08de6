"""The pages of virtual keys: the list, and one page per action."""
