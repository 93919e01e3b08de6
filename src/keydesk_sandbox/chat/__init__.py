"""Mock completions and embeddings: answers cost money and count, but no model is asked."""
