"""Authentication, portal sessions and permissions."""
