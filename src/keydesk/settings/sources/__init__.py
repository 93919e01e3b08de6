"""The sources of settings: files, Backstage app-config and environment variables, and how they are merged."""
