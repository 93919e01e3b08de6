"""Settings of stored usage."""

from typing import Annotated

from pydantic import Field

from keydesk.settings.section import Section


class UsageKeeping(Section):
    """Stored usage. Keydesk reads past days from LiteLLM once, and recent days for each request."""

    settled_after_hours: Annotated[int, Field(ge=0, le=72)] = 2
    """Hours after the end of a day (UTC) until it counts as past. LiteLLM writes spend with a delay."""
    recheck_days: Annotated[int, Field(ge=0, le=31)] = 3
    """Number of past days that Keydesk reads again once a day, for spend that arrived late."""
    keep_days: Annotated[int, Field(ge=31, le=3660)] = 400
    """Number of days to store. Keydesk reads older days from LiteLLM for each request."""
    forget_after_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """Days without a request after which Keydesk deletes the stored usage of a person or team."""
    follow_days: Annotated[int, Field(ge=0, le=366)] = 7
    """Days after the last request for which Keydesk updates usage in the background."""
    fresh_seconds: Annotated[float, Field(ge=0, le=300)] = 5.0
    """Seconds for which a response is cached. A stale response is served for five times as long during a refresh."""
    wait_seconds: Annotated[float, Field(gt=0, le=300)] = 25.0
    """Seconds that a request waits for days that are not stored, while LiteLLM returns each page within
    `server.timeLimitSeconds`. After that, Keydesk returns an incomplete result and continues in the background."""
    memory_megabytes: Annotated[int, Field(ge=1, le=4096)] = 64
    """Maximum memory for cached responses and recent days."""
