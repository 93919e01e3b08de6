"""Shows which account settings a group or a person would get."""
