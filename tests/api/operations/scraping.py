"""Keydesk with metrics, as Prometheus reads them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.resilience.processes.conftest import free_ports
from tests.support.desk.desk import Desk, OpenDesk
from tests.support.upstream.certificates import CERTIFICATES

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Scrape:
    """One scrape. `samples` are the values by name and labels."""

    text: str
    samples: dict[tuple[str, Labels], float]

    def __getitem__(self, name: str) -> float:
        """Return the only value with that name."""
        ((_, value),) = [(key, value) for key, value in self.samples.items() if key[0] == name]
        return value

    def of(self, name: str, **labels: str) -> float:
        """Return the value with exactly these labels, or 0."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def labels(self) -> set[str]:
        """Return every value of every label."""
        return {value for _, labels in self.samples for _, value in labels}


@dataclass(frozen=True)
class MeasuredDesk:
    desk: Desk
    address: str

    async def scrape(self) -> Scrape:
        async with httpx2.AsyncClient(trust_env=False, verify=CERTIFICATES) as http:
            answer = (await http.get(self.address)).raise_for_status()
        families = text_string_to_metric_families(answer.text)
        samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }
        return Scrape(answer.text, samples)


@asynccontextmanager
async def measured(desk_with: OpenDesk, **changes: Any) -> AsyncIterator[MeasuredDesk]:
    """Start Keydesk with metrics on a free port of this machine."""
    (port,) = free_ports(1)
    async with desk_with(metrics={"enabled": True, "port": port}, **changes) as desk:
        yield MeasuredDesk(desk, f"http://127.0.0.1:{port}/metrics")
