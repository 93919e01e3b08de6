"""Virtual keys: issue, change, block, delete."""
