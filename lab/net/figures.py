"""Figures of a benchmark: samples in, lines `name value unit` out."""

import math


def percentile(samples, percent):
    """The nearest-rank percentile: always one of the samples; of 30, the 99th is the largest."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def tell(name, value, unit):
    print(f"{name} {value:.2f} {unit}", flush=True)


def tell_spread(name, samples, unit="ms"):
    """NAME_p50_ms and NAME_p99_ms."""
    for percent in (50, 99):
        tell(f"{name}_p{percent}_{unit}", percentile(samples, percent), unit)
