"""Alembic's entry point. The caller always provides the connection."""

from alembic import context

from keydesk.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
