"""What became of changes that a crash left without an outcome: one file for each kind of object."""
