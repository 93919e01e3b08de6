"""A LiteLLM-compatible gateway on SQLite, for the demo, tests and trying things. It asks no model anything."""

from keydesk.sandbox.app import create_sandbox
from keydesk.sandbox.config import SandboxConfig
from keydesk.sandbox.faults import Fault, Faults

__all__ = ["Fault", "Faults", "SandboxConfig", "create_sandbox"]
