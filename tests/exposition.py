# SPDX-License-Identifier: GPL-2.0-or-later
"""Prometheus's exposition format, read strictly.

    families, faults = parse(text)
    families["tenantd_tenants"].samples["tenantd_tenants", (("health", "ok"),)]    # a float

What Prometheus or promtool would object to is a fault, one sentence each: names, suffixes and units, HELP and TYPE of
every family and once, its samples together and no sample twice, escapes, numbers, histograms that add up.
"""

import math
import re

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)\Z")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\Z)')
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
UNITS = ("seconds", "bytes")                        # base units only
NOT_BASE = ("milliseconds", "microseconds", "ms", "us", "minutes", "kilobytes", "percent")
TYPES = ("counter", "gauge", "histogram")


class Family:
    def __init__(self, kind, help_text):
        self.kind, self.help, self.samples = kind, help_text, {}

    def suffixes(self):
        return ("_bucket", "_sum", "_count") if self.kind == "histogram" else ("",)


def labels_of(text):
    """((name, value), ...) in the order of the line; None where they cannot be read."""
    found, at = [], 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or (match[3] == "," and match.end() == len(text)):
            return None
        found.append((match[1], re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])))
        at = match.end()
    return tuple(found)


def name_faults(name, family):
    words = name.split("_")
    if not NAME.match(name):
        yield f"{name}: a name is lower case words joined by _"
    if (family.kind == "counter") != name.endswith("_total"):
        yield f"{name}: a counter ends with _total, and nothing else does"
    if set(words) & set(NOT_BASE):
        yield f"{name}: {set(words) & set(NOT_BASE)} is no base unit"
    for unit in UNITS:
        if unit in words and words[-1] != unit and words[-2:] != [unit, "total"]:
            yield f"{name}: the unit {unit} comes last"
    if family.kind != "histogram" and re.search(r"_(bucket|sum|count)\Z", name):
        yield f"{name}: _bucket, _sum and _count are a histogram's"
    if not family.help.endswith(".") or len(family.help) < 10:
        yield f"{name}: its HELP is no sentence"
    if not family.samples:
        yield f"{name}: it has no samples"


def histogram_faults(name, family):
    """Each set of labels: buckets grow, the last is +Inf and the count, and sum and count are there."""
    series = {}
    for (sample, labels), value in family.samples.items():
        rest = tuple(pair for pair in labels if pair[0] != "le")
        series.setdefault(rest, {}).setdefault(sample.removeprefix(name), []).append((dict(labels).get("le"), value))
    for labels, parts in series.items():
        buckets = [(math.inf if le == "+Inf" else float(le), count) for le, count in parts.get("_bucket", ())]
        counts = [count for _, count in buckets]
        if not buckets or buckets[-1][0] != math.inf or buckets != sorted(set(buckets)) or counts != sorted(counts):
            yield f"{name}{labels}: its buckets do not grow to +Inf"
        elif [v for _, v in parts.get("_count", ())] != [counts[-1]] or len(parts.get("_sum", ())) != 1:
            yield f"{name}{labels}: its count is not the last bucket's, or it has no sum"


def parse(text):
    families, faults, name, told = {}, [], None, None
    if not text.endswith("\n"):
        faults.append("the last line does not end")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            told = tuple(line.split(" ", 3)[2:])
            if told[0] in families:
                faults.append(f"{told[0]} comes a second time")
        elif line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            if not told or told[0] != name or len(told) < 2 or kind not in TYPES:
                faults.append(f"{line}: no HELP just before it, or no such type")
            families[name] = Family(kind, told[1] if told and len(told) > 1 else "")
        elif not (match := SAMPLE.match(line)):
            faults.append(f"{line}: no sample")
        else:
            family, labels = families.get(name), labels_of(match[2] or "")
            key = match[1], labels
            if family is None or match[1] not in [name + suffix for suffix in family.suffixes()]:
                faults.append(f"{line}: not of the family above it")
            elif labels is None or len(dict(labels)) < len(labels):
                faults.append(f"{line}: labels that cannot be read, or one twice")
            elif not NUMBER.match(match[3]):
                faults.append(f"{line}: no number")
            elif key in family.samples:
                faults.append(f"{line}: a second time")
            else:
                family.samples[key] = float(match[3])
    for name, family in families.items():
        faults += name_faults(name, family)
        faults += histogram_faults(name, family) if family.kind == "histogram" else ()
    return families, faults


def values(families, name, label=None):
    """{value of the label: number}, or the one number where no label is given."""
    found = {dict(labels).get(label): value for (_, labels), value in families[name].samples.items()}
    return found if label else found[None]
