"""The Helm chart, rendered by Helm's own library, checked with Kubernetes' schemas and our rules."""

import json
import tomllib
from typing import Any

import pytest
import yaml

from keydesk.cli.serve import drain_seconds
from keydesk.settings.loading import load_configuration, load_settings
from keydesk.storage.migrate import PATIENCE as MIGRATION_PATIENCE
from tests.deployment.files.conftest import DEPLOY, ROOT, documents, the_module

pytestmark = pytest.mark.deployment_tools

CHART = DEPLOY / "helm" / "keydesk"
VERSIONS = ["1.29", "1.34", "1.37"]
GIVEN: dict[str, Any] = {"existingSecret": "keydesk"}
EVERYTHING: dict[str, Any] = GIVEN | {
    "ingress": {"enabled": True, "className": "nginx", "host": "keys.example.com", "tlsSecret": "keys-tls"},
    "extraEnv": [{"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://otel:4318"}],
    "podAnnotations": {"example.com/a": "b"},
    "imagePullSecrets": [{"name": "registry"}],
    "networkPolicy": {
        "enabled": True,
        "from": [{"podSelector": {"matchLabels": {"app": "ingress"}}}],
        "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "litellm"}}}], "ports": [{"port": 4000}]}],
    },
    "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "terminationGracePeriodSeconds": 90,
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
}
LITTLE: dict[str, Any] = {
    "litellm": {"base_url": "http://127.0.0.1:1", "master_key": "sk-test"},
    "demo": {"enabled": True},
}
LEAST: dict[str, Any] = GIVEN | {
    "metrics": {"enabled": False, "serviceMonitor": {"enabled": True}},
    "networkPolicy": {"enabled": False},
    "podDisruptionBudget": {"enabled": False},
    "replicaCount": 1,
}


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    with the_module("helm_python").Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="desk", namespace="prod")
    return [each for name, text in files.items() if name.endswith(".yaml") for each in documents(text)]


def of_kind(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] == kind]


def test_helm_lint_passes() -> None:
    said = the_module("helm_python").lint(str(CHART), GIVEN, strict=True)
    assert said["errors"] == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("values", [GIVEN, EVERYTHING, LEAST], ids=["given", "everything", "least"])
def test_the_rendered_manifests_are_valid(values: dict[str, Any], version: str) -> None:
    validate = the_module("kubernetes_validate").validate
    found = rendered(values)
    assert len(found) >= 4
    for document in found:
        # This is not a kind of Kubernetes itself.
        if document["kind"] != "ServiceMonitor":
            validate(document, version, strict=True)


def test_the_chart_has_the_version_of_this_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert chart["version"] == chart["appVersion"] == release
    (deployment,) = of_kind(rendered(GIVEN), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"keydesk:{release}"


def test_a_chart_without_the_name_of_a_secret_is_refused() -> None:
    helm = the_module("helm_python")
    with pytest.raises(helm.HelmValuesError, match="existingSecret"):
        rendered({})
    with pytest.raises(helm.HelmValuesError):
        rendered(GIVEN | {"masterKey": "sk-in-the-values"})


def test_the_rendered_manifests_contain_only_the_name_of_the_secret() -> None:
    found = rendered(EVERYTHING)
    assert of_kind(found, "Secret") == []
    (deployment,) = of_kind(found, "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    from_secret = {each["name"] for each in container["env"] if "valueFrom" in each}
    assert from_secret == {"KEYDESK_LITELLM__MASTER_KEY", "KEYDESK_SECRET", "KEYDESK_DATABASE__URL"}


def test_the_pod_has_no_unnecessary_rights() -> None:
    (deployment,) = of_kind(rendered(GIVEN), "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"].startswith("/api/litellm/health/")


def test_metrics_have_their_own_service_without_an_ingress() -> None:
    found = rendered(EVERYTHING)
    ports = {
        each["metadata"]["name"]: [port["name"] for port in each["spec"]["ports"]]
        for each in of_kind(found, "Service")
    }
    assert ports == {"desk": ["http"], "desk-metrics": ["metrics"]}
    assert "metrics" not in json.dumps(of_kind(found, "Ingress"))
    assert [each["metadata"]["name"] for each in of_kind(rendered(LEAST), "Service")] == ["desk"]


def test_the_prometheus_operator_scrapes_the_job_that_the_alerts_use() -> None:
    found = rendered(EVERYTHING)
    (monitor,) = of_kind(found, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    (service,) = [each for each in of_kind(found, "Service") if wanted <= each["metadata"]["labels"].items()]
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "keydesk"
    assert [each["port"] for each in monitor["spec"]["endpoints"]] == [
        each["name"] for each in service["spec"]["ports"]
    ]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert of_kind(rendered(GIVEN), "ServiceMonitor") == of_kind(rendered(LEAST), "ServiceMonitor") == []


def test_a_pod_has_time_to_finish_running_requests() -> None:
    (deployment,) = of_kind(rendered(GIVEN), "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    before = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] >= before + drain_seconds(load_settings(None, **LITTLE)) + 10
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] > MIGRATION_PATIENCE.total_seconds()


def test_its_configuration_is_valid() -> None:
    (mapped,) = of_kind(rendered(GIVEN), "ConfigMap")
    (deployment,) = of_kind(rendered(GIVEN), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    secrets = {
        "KEYDESK_LITELLM__MASTER_KEY": "sk-example",
        "KEYDESK_SECRET": "an-example-of-at-least-32-characters",
        "KEYDESK_DATABASE__URL": "postgresql://keydesk@db/keydesk",
    }
    plain = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    sections = yaml.safe_load(mapped["data"]["keydesk.yaml"])
    configuration = load_configuration(None, sections, {**plain, **secrets, "KEYDESK_CONFIG": ""})
    assert configuration.warnings == []
    assert configuration.settings.metrics.enabled is True
