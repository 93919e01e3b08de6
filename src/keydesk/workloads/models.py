"""Verified tokens of workloads, and the keys that they are exchanged for."""

from dataclasses import dataclass, field

from keydesk.auth.used_tokens import OneTimeToken
from keydesk.keys.workload import Workload
from keydesk.settings import WorkloadRule


@dataclass(frozen=True, slots=True)
class VerifiedWorkload:
    """A workload with the rule that accepts it. `run` names its job or pod, if the token does."""

    workload: Workload
    rule: WorkloadRule
    run: str
    once: OneTimeToken


@dataclass(frozen=True, slots=True)
class ExchangedKey:
    """A new key. `expires_in` are seconds, and `gateway` is the address where the key works."""

    secret: str = field(repr=False)
    id: str
    alias: str
    expires_in: int
    gateway: str
    models: tuple[str, ...]
