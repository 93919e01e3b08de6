"""The database: engine, tables, leases and migrations. No product rules."""
