"""How the key desk and what it needs are doing."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from keydesk.litellm import Warned


class HealthView(BaseModel):
    status: Literal["ok"] = "ok"
    provisioning: bool


class LiveView(BaseModel):
    status: Literal["ok"] = "ok"


class PartView(BaseModel):
    """One thing the key desk needs. `version` is LiteLLM's, when it says so."""

    model_config = ConfigDict(frozen=True)

    state: Literal["ok", "unavailable"]
    version: str | None = None


class ReadyView(BaseModel):
    """`degraded` still answers reads. Without the database or without LiteLLM, nothing can be changed."""

    status: Literal["ok", "degraded"]
    database: PartView
    litellm: PartView


class PartsView(BaseModel):
    """Everything Keydesk needs, for those who run it. `warnings` are about LiteLLM's release."""

    model_config = ConfigDict(frozen=True)

    litellm: PartView
    directory: PartView
    database: PartView
    warnings: tuple[Warned, ...] = ()
