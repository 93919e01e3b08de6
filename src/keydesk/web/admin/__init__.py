"""Read-only pages for auditors: provisioning, accounts, health, configuration."""
