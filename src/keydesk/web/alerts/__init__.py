"""Pages on which people choose their budget alerts."""
