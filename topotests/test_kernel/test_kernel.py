# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit tests of apply/kernel*, which need VRF, VLAN and VXLAN devices: run here because the guest has them.

They make a network namespace of their own, so no topology is needed."""

import os
import subprocess

import pytest

BUILD = os.environ.get("FRR_TENANT_BUILD", "/build")


@pytest.mark.parametrize("program", ["test_kernel", "test_kernel_event", "test_sighting"])
def test_objects_in_a_real_kernel(program):
    run = subprocess.run([f"{BUILD}/tests/{program}"], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "100%: Checks:" in run.stdout, run.stdout[-3000:]
