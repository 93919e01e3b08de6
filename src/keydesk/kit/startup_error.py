"""That the service or a command cannot start, in words for whoever operates it."""


class StartupError(Exception):
    """Something that is expected to happen keeps it from starting: `reason` says what, `remedy` what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
