"""Runs the application under uvicorn, with limits for slow and oversized requests."""
