"""The error of a service or command that cannot start."""


class StartupError(Exception):
    """An expected failure during startup. `reason` says what is wrong, `remedy` how to fix it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
