"""A clock that tests advance."""

from datetime import datetime, timedelta

from keydesk.kit.clock import utc_now


class Later:
    """The present time, plus an offset."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.by
