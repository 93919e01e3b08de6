"""The routes for command-line clients that sign in with an OIDC provider."""
