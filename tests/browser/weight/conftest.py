"""Pages are weighed by the code of the benchmarks, which are a folder of programs beside the tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))
