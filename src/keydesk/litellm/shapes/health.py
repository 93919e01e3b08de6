"""What the gateway says about its own state."""

from datetime import datetime

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered


class Readiness(Answered):
    """From `/health/readiness`. Newer releases keep their version to themselves here; then it is None.

    `told_at` is the time of day there, in whole seconds, from the answer's Date header.
    """

    status: str = "unknown"
    database: str | None = Field(default=None, validation_alias=AliasChoices("db", "database"))
    version: str | None = Field(default=None, validation_alias=AliasChoices("litellm_version", "version"))
    told_at: datetime | None = None
