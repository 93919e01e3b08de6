"""The database: engine, tables, leases, migrations and the invalidation bus. No product rules."""
