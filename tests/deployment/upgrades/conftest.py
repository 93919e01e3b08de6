"""A sandbox, and Keydesks with every feature on a database that the test chooses."""

from tests.resilience.fault.conftest import gateway, sandbox

__all__ = ["gateway", "sandbox"]
