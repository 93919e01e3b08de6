"""The call that asks whether the gateway is ready. Says nothing about the models behind it."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from keydesk.litellm.call import Call
from keydesk.litellm.calling import Caller
from keydesk.litellm.shapes.health import Readiness


class Health:
    """Reach it as `gateway.health`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def readiness(self) -> Readiness:
        """Ask once, without retries. `/health/readiness`. Raises UpstreamFailed when its database is gone."""
        answer = await self._caller.call(Call(method="GET", route="/health/readiness", repeatable=False))
        readiness = answer.read(Readiness)
        version = answer.headers.get("x-litellm-version", readiness.version)
        return readiness.model_copy(update={"version": version, "told_at": _date(answer.headers.get("date"))})


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except (ValueError, OverflowError):
        return None
