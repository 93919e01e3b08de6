"""Teams: list, create, update and delete, with members and object permissions."""
