"""Create the table that links subjects of OpenID Connect providers to people."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "identity_links",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column(
            "subject", sa.String(255), nullable=False, comment="the provider's own, lasting id of the person"
        ),
        sa.Column("ref", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identity_links"),
        sa.UniqueConstraint("ref", name="uq_identity_links_ref"),
    )
