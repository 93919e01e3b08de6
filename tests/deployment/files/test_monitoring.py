"""The alerts and the dashboard use existing metrics, in valid queries."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from keydesk.app import create_app
from keydesk.cache.counters import Counters
from keydesk.jobs.periodic import Runs
from keydesk.litellm import Attempt
from keydesk.settings.loading import load_settings
from keydesk.telemetry.metrics import Metrics
from keydesk.telemetry.metrics_server import new_registry
from keydesk.telemetry.served import Served
from tests.deployment.files.conftest import DEPLOY, ROOT, run

ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "keydesk.json"
FROM_PROMETHEUS = {"job", "instance"}
"""The labels that it adds itself."""


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


@pytest.fixture
def labels_of(tmp_path: Path) -> dict[str, set[str]]:
    """Return every metric of a Keydesk after some of everything, and its labels."""
    registry: CollectorRegistry = new_registry()
    metrics = Metrics(registry)
    metrics.served(Served("GET", "/", 200, 0.1))
    metrics.called(Attempt("GET", "/model/info", 200, None, 0.1))
    sections: dict[str, Any] = {
        "litellm": {"base_url": "http://127.0.0.1:1", "master_key": "sk-test"},
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "demo": {"enabled": True},
    }
    figures = create_app(load_settings(None, **sections)).state.services.figures
    figures.jobs["resync-accounts"] = Runs(1, 0, 0.1, 1.0)
    figures.caches["people"] = Counters()
    figures.provisioning["created"] = figures.audit.written["created", "begun"] = 1
    figures.parts["database"] = True
    registry.register(figures)
    found = {sample.name: set(sample.labels) for family in registry.collect() for sample in family.samples}
    return found | {"up": set()}


@pytest.fixture
def exposed(labels_of: dict[str, set[str]]) -> set[str]:
    return set(labels_of)


def asked_for(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:keydesk|process)_[a-z_]+", expression))


def test_the_dashboard_and_the_alerts_use_existing_metrics(exposed: set[str]) -> None:
    for expression in [*expressions(), *(rule["expr"] for rule in rules())]:
        assert asked_for(expression) - exposed == set(), expression


def test_they_use_existing_labels(labels_of: dict[str, set[str]]) -> None:
    for expression in [*expressions(), *(rule["expr"] for rule in rules())]:
        for name, matchers in re.findall(r"\b(up|(?:keydesk|process)_[a-z_]+)\{([^}]*)\}", expression):
            asked = set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)\s*\"", matchers))
            assert asked <= labels_of[name] | FROM_PROMETHEUS, expression
        there = {label for name in asked_for(expression) for label in labels_of[name]}
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            assert set(re.split(r",\s*", group)) <= there | FROM_PROMETHEUS, expression


def test_legends_and_summaries_use_remaining_labels() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    targets = [target for panel in panels for target in panel.get("targets", [])]
    said = [(each["expr"], each.get("legendFormat", "")) for each in targets]
    said += [(rule["expr"], rule["annotations"]["summary"]) for rule in rules()]
    for expression, text in said:
        grouped = re.search(r"\b(?:sum|max|min|count)\b", expression)
        left = set(re.findall(r"\w+", " ".join(re.findall(r"\bby \(([^)]*)\)", expression))))
        named = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", text))
        assert named <= (left if grouped else FROM_PROMETHEUS), expression


def test_every_metric_is_on_the_dashboard(exposed: set[str]) -> None:
    shown = {name for expression in expressions() for name in asked_for(expression)}
    ours = {name for name in exposed if name.startswith("keydesk_") and not name.endswith("_created")}
    hidden = {name for name in ours if not name.endswith(("_sum", "_count"))} - shown
    assert hidden == set()


def test_every_alert_has_a_remedy() -> None:
    page = (ROOT / "docs" / "how-to" / "operations.md").read_text().lower()
    for rule in rules():
        assert f"### {rule['alert'].lower()}\n" in page
        assert rule["annotations"]["runbook"] == f"docs/how-to/operations.md#{rule['alert'].lower()}"


@pytest.mark.deployment_tools
def test_the_alerts_are_valid_and_fire_as_expected() -> None:
    run("promtool", "check", "rules", ALERTS)
    run("promtool", "test", "rules", DEPLOY / "prometheus" / "alerts_test.yaml")


@pytest.mark.deployment_tools
def test_the_queries_of_the_dashboard_are_valid(tmp_path: Path) -> None:
    plain = [each.replace("$__rate_interval", "5m").replace("$instance", ".*") for each in expressions()]
    records = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(plain)]
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": records}]}))
    run("promtool", "check", "rules", file)


def test_panels_do_not_overlap() -> None:
    places = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    taken: set[tuple[int, int]] = set()
    for place in places:
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
