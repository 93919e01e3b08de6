"""The color of each model in charts: the same on every page and at any time. Pure.

A color is the name of a `--series-` property in `static/charts.css`.
"""

from collections.abc import Iterable
from hashlib import sha256

Color = int | str
COLORS = 8
"""The number of colors that remain distinguishable with a color vision deficiency."""
NEUTRAL, FAILED = 0, "failed"
"""The colors of series that are not models: all other models, and failed requests."""


def colors_of(models: Iterable[str]) -> dict[str, int]:
    """Return the colors of the models of one chart by name.

    The hash of a name orders the colors. A model has its first color, unless a model with a smaller name has it too;
    then it has its next free color.
    """
    chosen: dict[str, int] = {}
    for model in sorted(models):
        preferred = _preferred(model)
        free = (color for color in preferred if color not in chosen.values())
        chosen[model] = next(free, preferred[0])
    return chosen


def _preferred(model: str) -> list[int]:
    return sorted(range(1, COLORS + 1), key=lambda color: sha256(f"{color} {model}".encode()).digest())
