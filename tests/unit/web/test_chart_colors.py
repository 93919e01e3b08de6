"""The colors of charts: the same for a model everywhere, and distinguishable by everybody in both themes."""

import itertools
import math
import re
from pathlib import Path

import pytest

import keydesk.web
from keydesk.web.usage.colors import COLORS, colors_of

Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]
STATIC = Path(keydesk.web.__file__).parent / "static"
THEMES = ("light", "dark")
LEAST_CONTRAST = 3.0
LEAST_DISTANCE = 0.09
"""In OKLab. About 0.02 is just noticeable for colors side by side."""
VISION: dict[str, Matrix] = {
    "typical": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""How linear colors look. Source: Machado, Oliveira, Fernandes, 2009, at full severity."""
LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def applied(matrix: Matrix, color: Rgb) -> Rgb:
    first, second, third = (sum(a * b for a, b in zip(row, color, strict=True)) for row in matrix)
    return first, second, third


def declared(sheet: str, name: str, theme: str) -> Rgb:
    """Return the linear color of a property."""
    text = (STATIC / sheet).read_text()
    found = re.search(rf"{name}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", text)
    assert found, name
    code = found[THEMES.index(theme) + 1]
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)
    ]
    return linear[0], linear[1], linear[2]


def luminance(color: Rgb) -> float:
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), color, strict=True))


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of WCAG 2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def oklab(color: Rgb) -> Rgb:
    red, green, blue = (math.cbrt(max(each, 0.0)) for each in applied(LMS, color))
    return applied(LAB, (red, green, blue))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("series", [*range(COLORS + 1), "failed"])
def test_every_color_stands_out_from_its_card(series: int | str, theme: str) -> None:
    color = declared("charts.css", f"--series-{series}", theme)
    assert contrast(color, declared("keydesk.css", "--card", theme)) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_all_models_are_distinguishable(vision: str, theme: str) -> None:
    seen = [
        oklab(applied(VISION[vision], declared("charts.css", f"--series-{series}", theme)))
        for series in range(1, COLORS + 1)
    ]
    assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) >= LEAST_DISTANCE


def test_a_model_keeps_its_color_for_good() -> None:
    """Fixed here: another value would give every model in every installation a new color."""
    expected = {
        "gpt-4o": 8,
        "gpt-4o-mini": 2,
        "claude-sonnet": 6,
        "text-embedding-3-small": 1,
        "premium-xl": 5,
    }
    assert {name: colors_of([name])[name] for name in expected} == expected


def test_two_models_of_one_color_are_resolved_in_the_same_way_everywhere() -> None:
    names = [f"model-{number}" for number in range(COLORS)]
    expected = colors_of(names)
    assert sorted(expected.values()) == list(range(1, COLORS + 1))
    assert colors_of(reversed(names)) == expected


def test_more_models_than_colors_still_have_one_each() -> None:
    found = colors_of(f"model-{number}" for number in range(COLORS + 5))
    assert set(found.values()) == set(range(1, COLORS + 1))
