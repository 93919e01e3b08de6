"""What Keydesk keeps of usage, and for how long."""

from typing import Annotated

from pydantic import Field

from keydesk.settings.section import Section


class UsageKeeping(Section):
    """What is kept of usage. Days that are over are read from LiteLLM once; the newest on each request."""

    settled_after_hours: Annotated[int, Field(ge=0, le=72)] = 2
    """Hours after a day's end (UTC) until it counts as over: LiteLLM writes spend with a delay."""
    recheck_days: Annotated[int, Field(ge=0, le=31)] = 3
    """Days before today that are read again once a day, for spend that arrived late."""
    keep_days: Annotated[int, Field(ge=31, le=3660)] = 400
    """Days that are kept; older ones are read from LiteLLM again when they are asked for."""
    forget_after_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """Days after which all that is kept of a person or team is removed if nobody asked for it."""
    follow_days: Annotated[int, Field(ge=0, le=366)] = 7
    """Days for which usage is kept up to date in the background after somebody asked for it."""
    fresh_seconds: Annotated[float, Field(ge=0, le=300)] = 5.0
    """Seconds for which an answer is given again as it is; five times as long while a newer one is made."""
    wait_seconds: Annotated[float, Field(gt=0, le=300)] = 25.0
    """Seconds a request waits for days that were never read, as long as LiteLLM goes on answering pages, each within
    `server.timeLimitSeconds`; then it answers what is there as incomplete, and the reading goes on."""
    memory_megabytes: Annotated[int, Field(ge=1, le=4096)] = 64
    """Memory for answers and for the newest figures."""
