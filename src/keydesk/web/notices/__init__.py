"""The words of notices, and the page on which people choose them."""
