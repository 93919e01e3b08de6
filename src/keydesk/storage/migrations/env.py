"""Alembic's entry point. The caller always provides the connection."""

from alembic import context

import keydesk.storage.allowance_tables
import keydesk.storage.machine_tables
import keydesk.storage.notice_tables
import keydesk.storage.request_tables
import keydesk.storage.statement_tables  # noqa: F401 - these modules add their tables to the metadata
from keydesk.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
