"""Messages of errors: every one is in the catalogues, and keeps its text for the JSON API."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from babel import Locale

from keydesk.kit.messages import message
from keydesk.web.language import in_locale, translated
from tools.messages import PACKAGE, extracted

TRANSLATES_RESPONSES = PACKAGE / "web" / "problem_pages.py"
"""Reads the texts of errors from JSON, so its messages have no template."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
NESTED = message(
    "The limit is %(most)s. %(remedy)s Or ask the platform team to raise the limit.",
    most=1000,
    remedy=message("Delete a key that is no longer used."),
)


def calls_of_message(module: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "message":
            yield node


@cache
def messages() -> list[tuple[str, ast.Call]]:
    modules = [path for path in PACKAGE.rglob("*.py") if path != TRANSLATES_RESPONSES]
    return [(module.name, call) for module in modules for call in calls_of_message(module)]


def test_every_message_has_a_literal_template_in_the_catalogues() -> None:
    found, templates = messages(), {str(each.id) for each in extracted()}
    assert len(found) > 150
    for module, call in found:
        template = call.args[0]
        assert isinstance(template, ast.Constant), f"{module}:{call.lineno}"
        assert template.value in templates


def test_a_message_has_a_value_for_each_placeholder() -> None:
    for module, call in messages():
        names = {keyword.arg for keyword in call.keywords}
        template = ast.literal_eval(call.args[0])
        assert names == {None} or names == set(PLACEHOLDER.findall(template)), f"{module}:{call.lineno}"


def test_a_message_is_english_text() -> None:
    assert NESTED == (
        "The limit is 1000. Delete a key that is no longer used. Or ask the platform team to raise the limit."
    )


@pytest.mark.parametrize(
    ("text", "german"),
    [
        (
            NESTED,
            (
                "Die Grenze liegt bei 1.000. Einen nicht mehr verwendeten Key löschen. "
                "Oder das Plattform-Team bitten, die Grenze zu erhöhen."
            ),
        ),
        (
            message("The maximum is %(amount)s US dollars.", amount=Decimal("1234.50")),
            "Das Maximum beträgt 1.234,50 US-Dollar.",
        ),
        (
            message("%(name)s is not available to teams.", name='"100%"'),
            '"100%" ist für Teams nicht verfügbar.',
        ),
        ("Another team already has this name.", "Ein anderes Team hat bereits diesen Namen."),
        ("100% unknown", "100% unknown"),
    ],
)
def test_a_message_is_translated_with_its_values(text: str, german: str) -> None:
    with in_locale(Locale("de")):
        assert translated(text) == german
