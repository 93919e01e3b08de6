"""Teams a person belongs to."""
