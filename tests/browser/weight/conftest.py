"""Pages are weighed by the code of the benchmarks, which are scripts next to the tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))
