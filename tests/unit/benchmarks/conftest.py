"""The benchmarks are scripts next to the tests, not an installed package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))
