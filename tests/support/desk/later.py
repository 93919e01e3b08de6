"""A clock that tests advance."""

from datetime import datetime, timedelta

from keydesk.kit.clock import utc_now


class Later:
    """The present time, plus an offset. After `stop`, only the offset moves it."""

    def __init__(self) -> None:
        self.by = timedelta()
        self._stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self._stopped_at or utc_now()) + self.by

    def stop(self) -> None:
        self._stopped_at = utc_now()
