"""The pages for auditors: provisioning, accounts, health, configuration."""
