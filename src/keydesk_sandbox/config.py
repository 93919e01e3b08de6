"""The settings of a sandbox. The caller reads files and the environment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from keydesk_sandbox.clock import utc_now
from keydesk_sandbox.models.catalogue import DEFAULT_MODELS, Model

LITELLM_VERSION = "1.109.1"
"""The release whose behaviour is reproduced; sent as `x-litellm-version`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Settings of one sandbox; several may live in one process.

    `database` is a file or `":memory:"`. `spend_delay_seconds` is how long recorded spend stays invisible
    in answers (budgets are enforced immediately, as in LiteLLM). `enterprise` lifts the licence refusals.
    `clock` is the only source of time, so that tests may move it.
    """

    database: Path | str = ":memory:"
    master_key: SecretStr = field(default_factory=lambda: SecretStr("sk-sandbox-master"))
    models: tuple[Model, ...] = DEFAULT_MODELS
    spend_delay_seconds: float = 0.2
    enterprise: bool = False
    clock: Callable[[], datetime] = utc_now
