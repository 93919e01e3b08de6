"""Virtual keys: create, update, block and delete."""
