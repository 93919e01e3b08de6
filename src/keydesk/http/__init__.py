"""HTTP concerns shared by all routes: problems, request ids, limits, headers. No product rules."""
