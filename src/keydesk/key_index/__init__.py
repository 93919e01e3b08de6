"""An index of all keys of the gateway, for the platform team: read page by page, searched in the database."""
