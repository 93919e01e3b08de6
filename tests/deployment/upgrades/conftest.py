"""A sandbox, and desks with every feature over a database of the test's choice."""

from tests.resilience.fault.conftest import gateway, sandbox

__all__ = ["gateway", "sandbox"]
