"""Alerts about budgets and spend, and findings of the watchdog."""
