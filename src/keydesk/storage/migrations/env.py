"""Alembic's entry point; the connection is always given by the caller."""

from alembic import context

from keydesk.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
