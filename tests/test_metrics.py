#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tenantd says to Prometheus is well formed; doc/user/metrics.rst, the alerts and the dashboard speak of just that.

tests/metrics/all.prom is every metric as the daemon writes it; test_metrics holds it to that.
"""

import json
import os
import re
import sys
from pathlib import Path

TREE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(TREE / "tests"))
from exposition import parse    # noqa: E402

DOCUMENT = "doc/user/metrics.rst"
TEXT = (TREE / "tests/metrics/all.prom").read_text()
FAMILIES, _ = parse(TEXT)
SAMPLES = {sample: name for name, family in FAMILIES.items() for sample, _ in family.samples}
PROMETHEUS = {"up": ()}                           # Prometheus's own
TARGET = {"job", "instance"}                      # labels that it adds
WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
SELECTOR = re.compile(r"\b((?:tenantd|process)_\w+|up\b)(?:\{([^}]*)\})?(\[\w+\])?")
OF_COUNTERS = re.compile(r"\b(?:rate|increase)\(((?:tenantd|process)_\w+)(?:\{[^}]*\})?\[\w+\]\)")

# (what stands in all.prom, what a hand makes of it, a word of the sentence that must follow)
DOCTORED = (
    ("# TYPE tenantd_subnets gauge", "# TYPE tenantd_subnets counter", "_total"),
    ("# TYPE tenantd_subnets gauge", "# TYPE tenantd_subnets number", "no such type"),
    ("# HELP tenantd_subnets Subnets of the tenants that this node serves.\n", "", "no HELP"),
    ("tenantd_subnets 120", "tenantd_subnets 120\ntenantd_subnets 121", "second time"),
    ("tenantd_subnets 120", "tenantd_subnets 1,2", "no number"),
    ("tenantd_subnets 120", "tenantd_subnets", "no sample"),
    ("tenantd_subnets 120\n", "", "no samples"),
    ("tenantd_subnets 120", "tenantd_batches_total 120", "not of the family"),
    ('health="ok"', 'health="o"k"', "labels"),
    ('health="ok"', 'health="ok",health="ok"', "labels"),
    ('health="waiting"', 'health="ok"', "second time"),
    ("tenantd_change_seconds", "tenantd_change_milliseconds", "base unit"),
    ("tenantd_change_seconds", "tenantd_seconds_change", "comes last"),
    ('tenantd_change_seconds_bucket{le="+Inf"} 20\n', "", "+Inf"),
    ('tenantd_change_seconds_bucket{le="0.001"} 1\n', 'tenantd_change_seconds_bucket{le="0.001"} 9\n', "grow"),
    ("tenantd_change_seconds_count 20", "tenantd_change_seconds_count 19", "count"),
)


def expression_faults(where, text):
    """Metrics that are not there, labels they do not have, counters as they stand, gauges as if they counted."""
    counted = set(OF_COUNTERS.findall(text))
    for name, selector, _ in SELECTOR.findall(text):
        family = FAMILIES.get(SAMPLES.get(name))
        if family is None:
            if name not in PROMETHEUS:
                yield f"{where}: there is no metric {name}"
            continue
        labels = {label for sample, pairs in family.samples if sample == name for label, _ in pairs} | TARGET
        yield from (f"{where}: {name} has no label {label}"
                    for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector) if label not in labels)
        if (family.kind == "gauge") == (name in counted):
            yield f"{where}: {name} is a {family.kind}, and rate() or increase() is for others"
    known = set().union(*({label for _, pairs in FAMILIES[SAMPLES[name]].samples for label, _ in pairs}
                          for name, _, _ in SELECTOR.findall(text) if name in SAMPLES), TARGET)
    for group in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", text):
        yield from (f"{where}: nothing has the label {label}" for label in WORD.findall(group) if label not in known)


def document_faults(text):
    """One row for each metric, of its type, with its labels; and every alert has its row."""
    rows = {}
    for name, kind, labels in re.findall(r"^   \* - ``(\w+)``\n     - (\w+)\n     -(.*)$", text, re.M):
        if name in rows:
            yield f"{name} is explained twice"
        rows[name] = kind, set(WORD.findall(labels))
    yield from (f"{name} is not explained" for name in FAMILIES if name not in rows)
    for name, said in rows.items():
        family = FAMILIES.get(name)
        if family is None:
            yield f"{name} is explained and not there"
            continue
        labels = {label for _, pairs in family.samples for label, _ in pairs} - {"le"}
        if said != (family.kind, labels):
            yield f"{name} is a {family.kind} with {sorted(labels)}, not a {said}"
        for label, value in {pair for _, pairs in family.samples for pair in pairs if pair[0] in ("health", "outcome", "kind", "result", "stage", "target")}:
            if f"``{value}``" not in text:
                yield f"{name}: {label} {value} is not explained"


def alert_faults(text, document):
    import yaml    # a test machine has it
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    names = [rule["alert"] for rule in rules]
    told = re.findall(r"^   \* - (Tenantd\w+)$", document, re.M)
    if sorted(names) != sorted(told):
        yield f"alerts without a row, or rows without an alert: {sorted(set(names) ^ set(told))}"
    for rule in rules:
        yield from expression_faults(rule["alert"], rule["expr"])
        if rule["labels"]["severity"] not in ("page", "ticket") or not rule["annotations"]["summary"]:
            yield f"{rule['alert']}: no severity or no summary"


def dashboard_faults(text):
    dashboard = json.loads(text)
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    taken, ids, titles, shown = set(), set(), set(), set()
    for variable in dashboard["templating"]["list"]:
        yield from expression_faults(f"variable {variable['name']}", variable.get("definition", ""))
    for panel in dashboard["panels"]:
        title, place = panel["title"], panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        if panel["id"] in ids or title in titles or cells & taken or max(x for x, _ in cells) > 23:
            yield f"{title}: its id or title is another's, or it lies over another"
        ids.add(panel["id"]), titles.add(title), taken.update(cells)
        if panel["type"] == "row":
            continue
        if not panel.get("description") or "unit" not in panel["fieldConfig"]["defaults"] or not panel["targets"]:
            yield f"{title}: it has no description, unit or query"
        for target in panel["targets"]:
            expression = target["expr"]
            shown |= {SAMPLES.get(name) for name, _, _ in SELECTOR.findall(expression)}
            yield from expression_faults(title, expression)
            if expression.count("{") != expression.count('job=~"$job", instance=~"$instance"'):
                yield f"{title}: a metric that the variables do not choose from"
            yield from (f"{title}: no variable {name}" for name in re.findall(r"\$(\w+)", expression) if name not in variables)
    asides = {"tenantd_source_tenants", "tenantd_source_change_timestamp_seconds", "tenantd_services_exposed",
              "tenantd_metrics_requests_total"}
    yield from (f"{name} is on no panel" for name in FAMILIES if name not in shown | asides)


def main():
    faults, checks = [], 0
    for what, found in (("all.prom", parse(TEXT)[1]),
                        (DOCUMENT, document_faults((TREE / DOCUMENT).read_text())),
                        ("alerts", alert_faults((TREE / "doc/prometheus-alerts.yml").read_text(),
                                                (TREE / DOCUMENT).read_text())),
                        ("dashboard", dashboard_faults((TREE / "doc/grafana-dashboard.json").read_text()))):
        checks += 1
        faults += [f"{what}: {fault}" for fault in found]
    for old, new, word in DOCTORED:
        checks += 1
        said = parse(TEXT.replace(old, new))[1]
        if old not in TEXT or not any(word in fault for fault in said):
            faults.append(f"{old!r} made {new!r} is not found out: {said}")
    for wrong in ("sum(tenantd_tenant)", "tenantd_batches_total > 1", "rate(tenantd_subnets[5m])",
                  'tenantd_tenants{tenant="acme"}', "sum by (tenant) (tenantd_subnets)"):
        checks += 1
        if not list(expression_faults("x", wrong)):
            faults.append(f"{wrong} is not found out")
    print("\n".join(f"FAILED: {fault}" for fault in faults))
    print(f"{checks} checks, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
