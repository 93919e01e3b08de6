"""The page on which people try models with a key of their own."""
