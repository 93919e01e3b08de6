"""The calls about AI models. Which of them a person may use is for the caller to work out."""

from keydesk.litellm.calling import Caller
from keydesk.litellm.shapes.model import Deployment, ModelGroup


class Models:
    """Reach it as `gateway.models`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def groups(self) -> list[ModelGroup]:
        """Return one entry for each public name. `/model_group/info`."""
        answer = await self._caller.get("/model_group/info")
        return [*answer.read_each(ModelGroup, answer.members().get("data"))]

    async def list(self) -> list[Deployment]:
        """Return every deployment, in the order of the gateway's configuration. `/model/info`.

        Several deployments may share a public name (`model_name`); requests are spread over them.
        """
        answer = await self._caller.get("/model/info")
        return [*answer.read_each(Deployment, answer.members().get("data"))]
