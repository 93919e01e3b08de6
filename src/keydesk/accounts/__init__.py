"""Accounts in LiteLLM: provisioning and reading."""
