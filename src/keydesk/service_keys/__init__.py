"""Keys that a team owns: they belong to no person, and people of the directory are their contacts."""
