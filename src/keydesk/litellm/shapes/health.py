"""The gateway's health."""

from datetime import datetime

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered


class Readiness(Answered):
    """The response of `/health/readiness`. `version` is None in newer releases, which do not include it.

    `server_time` is the time of the response's Date header, in whole seconds.
    """

    status: str = "unknown"
    database: str | None = Field(default=None, validation_alias=AliasChoices("db", "database"))
    version: str | None = Field(default=None, validation_alias=AliasChoices("litellm_version", "version"))
    server_time: datetime | None = None
