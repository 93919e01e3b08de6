"""The uvicorn protocol and the server's main loop."""
