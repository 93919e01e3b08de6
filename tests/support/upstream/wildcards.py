"""A wildcard in one access group, and a model that it matches in another."""

from dataclasses import dataclass

from tests.support.upstream.making import Maker, unique

MODEL_REFUSED = {401, 403}
"""LiteLLM's status for a valid key that may not use the model: 403, in release 1.84 401."""


@dataclass(frozen=True)
class Local:
    """The models of one test. The wildcard is in the group `open`, `secret` in `closed`, `other` in no group."""

    place: str

    @property
    def wildcard(self) -> str:
        return f"{self.place}/*"

    @property
    def secret(self) -> str:
        return f"{self.place}/secret"

    @property
    def any(self) -> str:
        """Return a name without its own entry, which the wildcard matches."""
        return f"{self.place}/any"

    @property
    def other(self) -> str:
        return f"{self.place}-other"

    @property
    def open(self) -> str:
        return f"{self.place}-open"

    @property
    def closed(self) -> str:
        return f"{self.place}-closed"


async def local_models(make: Maker) -> Local:
    """Add the models to the gateway; `make` deletes them again."""
    local = Local(unique("local"))
    await make.model(local.wildcard, local.open)
    await make.model(local.secret, local.closed)
    await make.model(local.other)
    return local
