"""A LiteLLM-compatible gateway on SQLite, for the demo, tests and experiments. It calls no real models."""

from keydesk_sandbox.app import create_sandbox
from keydesk_sandbox.config import SandboxConfig
from keydesk_sandbox.faults import Fault, Faults

__all__ = ["Fault", "Faults", "SandboxConfig", "create_sandbox"]
