# SPDX-License-Identifier: GPL-2.0-or-later
"""FRR's own topotest framework, used from outside its tree: $FRR_TOPOTESTS is tests/topotests of FRR's source.

Its conftest is loaded as it is, for its options, its logs and its checks for crashes.
"""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FRAMEWORK = os.environ.get("FRR_TOPOTESTS", "/usr/src/frr/tests/topotests")

sys.path[:0] = [FRAMEWORK, str(HERE)]
spec = importlib.util.spec_from_file_location("frr_topotests_conftest", os.path.join(FRAMEWORK, "conftest.py"))
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
globals().update({name: value for name, value in vars(module).items() if not name.startswith("__")})
