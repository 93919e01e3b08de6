"""The lifetime of keys: which lifetimes the policy allows, and which existing keys violate it."""
