"""The call that asks whether the gateway is ready. Says nothing about the models behind it."""

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
        return readiness.model_copy(
            update={"version": answer.headers.get("x-litellm-version", readiness.version)}
        )
