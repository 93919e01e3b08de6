"""The responses of the health checks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from keydesk.litellm import ReleaseWarning


class HealthView(BaseModel):
    status: Literal["ok"] = "ok"
    provisioning: bool


class LiveView(BaseModel):
    status: Literal["ok"] = "ok"


class PartView(BaseModel):
    """A dependency of Keydesk. `version` is LiteLLM's release, if it reports one."""

    model_config = ConfigDict(frozen=True)

    state: Literal["ok", "unavailable"]
    version: str | None = None


class ReadyView(BaseModel):
    """Readiness. `degraded` means that only reads work, because the database or LiteLLM is unavailable."""

    status: Literal["ok", "degraded"]
    database: PartView
    litellm: PartView


class PartsView(BaseModel):
    """The state of all dependencies, for operators. `warnings` are about LiteLLM's release."""

    model_config = ConfigDict(frozen=True)

    litellm: PartView
    directory: PartView
    database: PartView
    warnings: tuple[ReleaseWarning, ...] = ()
