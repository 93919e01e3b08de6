"""Controls a running sandbox: counts its calls, and injects faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.upstream.certificates import CERTIFICATES

LOOKED_AT_AFTER_THE_START = {"/health/readiness", "/health/readiness/details", "/openapi.json"}


@dataclass(frozen=True)
class SandboxControl:
    """Counts calls since the last `forget`, and sets faults."""

    http: httpx2.Client = field(repr=False)

    def forget(self) -> None:
        self.http.delete("/sandbox/calls").raise_for_status()

    def calls(self) -> list[str]:
        """Return every call since then, such as `GET /key/list`, including repeated ones, without those of a start."""
        noted = self.http.get("/sandbox/calls").raise_for_status().json()["calls"]
        meant = [call for call in noted if call["path"] not in LOOKED_AT_AFTER_THE_START]
        return [f"{call['method']} {call['path']}" for call in meant for _ in range(call["count"])]

    def writes(self) -> list[str]:
        return [call for call in self.calls() if not call.startswith("GET ")]

    @contextmanager
    def fault(self, path: str = "/", **fault: Any) -> Iterator[None]:
        """Inject a fault on all paths that start with `path`; see `keydesk_sandbox.Fault`."""
        self._put({"path": path, **fault})
        try:
            yield
        finally:
            self._put()

    def _put(self, *faults: dict[str, Any]) -> None:
        self.http.put("/sandbox/faults", json={"faults": list(faults)}).raise_for_status()


def sandbox_control(url: str, master_key: str) -> httpx2.Client:
    """Return the client for `SandboxControl`."""
    return httpx2.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {master_key}"},
        timeout=30,
        trust_env=False,
        verify=CERTIFICATES,
    )
