"""What people look at, from memory where that is allowed."""
