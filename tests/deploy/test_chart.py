"""The Helm chart: rendered by Helm's own engine, held to Kubernetes' schemas and to the product."""

import re
from typing import Any

import pytest
import yaml

from customer_inventory import __version__
from tests.deploy.product import DEPLOY, PROBE_PATHS, check_command, check_setting, needs

pytestmark = [needs("helm_python"), needs("kubernetes_validate")]

CHART = DEPLOY / "helm" / "customer-inventory"
NAME, NAMESPACE = "customer-inventory", "inventory"
KUBERNETES = ("1.29.0", "1.37.0")
"""The oldest version that the chart is for, and the newest whose schemas there are."""
ELSEWHERE = {"Component", "HTTPRoute", "ServiceMonitor"}
"""Kinds that Kubernetes itself has no schema for."""

Values = dict[str, Any]
LEAST: Values = {"database": {"existingSecret": "database"}}
MOST: Values = {
    **LEAST,
    "autoscaling": {"enabled": True},
    "home": {"enabled": False},
    "keys": {"existingSecret": "keys"},
    "ingress": {"enabled": True, "tlsSecret": "certificate", "className": "nginx"},
    "gateway": {"enabled": True, "parentRefs": [{"name": "public"}], "hostnames": ["a.example"]},
    "serviceMonitor": {"enabled": True, "tokenSecret": {"name": "figures"}},
    "oda": {"enabled": True},
    "settings": {"CINV_POOL_SIZE": 8, "CINV_DOCS": False},
    "secretSettings": {"CINV_BROKER_URL": {"secret": "broker", "key": "url"}},
    "image": {"digest": "sha256:" + "0" * 64, "pullSecrets": [{"name": "registry"}]},
    "serviceAccount": {"create": False, "name": "inventory"},
    "extraVolumes": [{"name": "policies", "configMap": {"name": "policies"}}],
    "extraVolumeMounts": [{"name": "policies", "mountPath": "/etc/customer-inventory"}],
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "podAnnotations": {"a": "b"},
}
BARE: Values = {
    **LEAST,
    "replicaCount": 1,
    "home": {"accessModes": ["ReadWriteOnce"]},
    **{part: {"enabled": False} for part in ("migration", "networkPolicy", "podDisruptionBudget")},
}
EVERY = pytest.mark.parametrize("values", [LEAST, MOST, BARE], ids=["least", "most", "bare"])


def rendered(values: Values, name: str = NAME) -> list[dict[str, Any]]:
    """The manifests of a release."""
    from helm_python import Chart

    with Chart.load(CHART) as chart:
        texts = chart.render(values=values, name=name, namespace=NAMESPACE)
    found = [yaml.safe_load_all(text) for path, text in texts.items() if path.endswith(".yaml")]
    return [manifest for each in found for manifest in each if manifest]


def only(manifests: list[dict[str, Any]], kind: str, name: str = NAME) -> dict[str, Any]:
    (found,) = [one for one in manifests if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The specification of every pod, by its kind."""
    made = {one["kind"]: one["spec"]["template"]["spec"] for one in manifests
            if one["kind"] in {"Deployment", "Job"}}  # fmt: skip
    return made | {one["kind"]: one["spec"] for one in manifests if one["kind"] == "Pod"}


@EVERY
def test_helm_finds_nothing_wrong(values: Values) -> None:
    from helm_python.chart import lint

    told = lint(CHART, values, strict=True)
    assert told["errors"] == []
    assert {message["severity"] for message in told["messages"]} <= {1}


@EVERY
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_takes_it(values: Values, version: str) -> None:
    import kubernetes_validate

    manifests = rendered(values)
    for manifest in manifests:
        if manifest["kind"] not in ELSEWHERE:
            kubernetes_validate.validate(manifest, version, strict=True)
    names = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(set(names)) == len(names)


@EVERY
def test_every_pod_can_do_little(values: Values) -> None:
    for pod in pods(rendered(values)).values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"]
        assert container["resources"]["limits"]["memory"]


@EVERY
def test_it_is_the_product_that_runs(values: Values) -> None:
    for pod in pods(rendered(values)).values():
        (container,) = pod["containers"]
        check_command(container["args"])
        for variable in container["env"]:
            check_setting(variable["name"])
        probes = [value for key, value in container.items() if key.endswith("Probe")]
        assert {probe["httpGet"]["path"] for probe in probes} <= PROBE_PATHS
        mounted = {mount["name"] for mount in container.get("volumeMounts", ())}
        assert mounted == {volume["name"] for volume in pod.get("volumes", ())}


@EVERY
def test_no_secret_is_in_a_manifest(values: Values) -> None:
    manifests = rendered(values)
    assert "Secret" not in {one["kind"] for one in manifests}
    for pod in pods(manifests).values():
        (container,) = pod["containers"]
        assert not [variable for variable in container["env"] if "valueFrom" in variable]


def test_all_probes_are_asked() -> None:
    (container,) = pods(rendered(LEAST))["Deployment"]["containers"]
    probes = {key for key in container if key.endswith("Probe")}
    assert probes == {"startupProbe", "livenessProbe", "readinessProbe"}


def test_a_pod_has_the_time_to_leave() -> None:
    shutdown = {"drainSeconds": 45, "graceSeconds": 100}
    pod = pods(rendered({**LEAST, "shutdown": shutdown}))["Deployment"]
    told = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    assert (told["CINV_DRAIN_SECONDS"], told["CINV_GRACE_SECONDS"]) == ("45", "100")
    assert pod["terminationGracePeriodSeconds"] > 145


def test_one_migrates_before_the_others_start() -> None:
    job = only(rendered(LEAST), "Job", f"{NAME}-migrate")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (1, 1)
    # Before the release there is the secret that was named, and nothing of the chart.
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]
    assert not [volume for volume in job["spec"]["template"]["spec"]["volumes"]
                if "persistentVolumeClaim" in volume]  # fmt: skip


def test_the_budget_the_scaler_and_the_service_mean_the_same_pods() -> None:
    manifests = rendered(MOST)
    labels = only(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"].items()
    service = only(manifests, "Service")["spec"]["selector"]
    budget = only(manifests, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]
    job = only(manifests, "Job", f"{NAME}-migrate")["spec"]["template"]["metadata"]["labels"]
    assert service.items() <= labels
    assert budget.items() <= labels
    assert not service.items() <= job.items()
    scaled = only(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == ("Deployment", NAME)
    assert "replicas" not in only(manifests, "Deployment")["spec"]


def test_callers_are_told_the_address_by_which_they_come() -> None:
    def public(**values: Any) -> str:
        env = pods(rendered({**LEAST, **values}))["Deployment"]["containers"][0]["env"]
        return str({each["name"]: each.get("value") for each in env}["CINV_PUBLIC_URL"])

    assert public() == f"http://{NAME}.{NAMESPACE}.svc:8080"
    assert public(publicUrl="https://here.example") == "https://here.example"
    assert public(ingress={"enabled": True, "host": "a.example"}) == "http://a.example"
    secure = {"enabled": True, "host": "a.example", "tlsSecret": "certificate"}
    assert public(ingress=secure) == "https://a.example"


def test_the_network_is_closed_but_for_what_is_needed() -> None:
    peers = [{"podSelector": {"matchLabels": {"app": "postgres"}}}]
    values = {**LEAST, "database": {"existingSecret": "d", "port": 6432, "peers": peers}}
    manifests = rendered({**values, "networkPolicy": {"https": False}})
    for name in (NAME, f"{NAME}-migrate"):
        policy = only(manifests, "NetworkPolicy", name)["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        assert {"ports": [{"port": 6432, "protocol": "TCP"}], "to": peers} in policy["egress"]
        ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
        assert ports <= {53, 6432, "http"}
    assert "ingress" not in only(manifests, "NetworkPolicy", f"{NAME}-migrate")["spec"]


def test_the_component_is_that_of_the_release() -> None:
    whole = yaml.safe_load((DEPLOY / "oda" / "component.yaml").read_text("utf-8"))
    text = yaml.safe_dump(only(rendered(MOST), "Component")["spec"])
    expected = yaml.safe_dump(whole["spec"])
    expected = expected.replace("http://customer-inventory:", f"http://{NAME}.{NAMESPACE}.svc:")
    assert text == expected
    values = {**MOST, "service": {"port": 80}}
    other = yaml.safe_dump(only(rendered(values, "crm"), "Component", f"crm-{NAME}")["spec"])
    assert set(re.findall(r"implementation: (\S+)", other)) == {f"crm-{NAME}"}
    assert set(re.findall(r" port: (\S+)", other)) == {"80"}


def test_the_chart_has_the_version_of_the_product() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["appVersion"] == __version__


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "database.existingSecret is missing"),
        ({**LEAST, "home": {"enabled": False}}, "keys.existingSecret is missing"),
        ({**LEAST, "home": {"accessModes": ["ReadWriteOnce"]}}, "has no ReadWriteMany"),
        ({**LEAST, "settings": {"CINV_PORT": 9000}}, "CINV_PORT is set by the chart"),
        ({**LEAST, "settings": {"CINV_BROKER_URL": "nats://u:p@h"}}, "settings"),
        ({**LEAST, "settings": {"PGPASSWORD": "x"}}, "PGPASSWORD"),
        ({**LEAST, "replicas": 3}, "replicas"),
        ({**LEAST, "replicaCount": 0}, "replicaCount"),
        ({**LEAST, "gateway": {"enabled": True}}, "gateway.parentRefs"),
        ({**LEAST, "serviceMonitor": {"enabled": True}}, "serviceMonitor.tokenSecret"),
    ],
)
def test_values_that_contradict_are_refused_with_the_reason(values: Values, why: str) -> None:
    from helm_python import HelmError

    with pytest.raises(HelmError, match=re.escape(why)):
        rendered(values)
