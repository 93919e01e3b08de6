"""A clock that tests put forward."""

from datetime import datetime, timedelta

from keydesk.kit.clock import utc_now


class Later:
    """The present, moved on as a test wants."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.by
