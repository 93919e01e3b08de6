"""Every text of the portal is in the catalogue of every language. `make messages` updates the catalogues."""

import re

import pytest
from babel.messages.catalog import Message

from keydesk.kit import problems
from keydesk.web.error_view import TITLES
from keydesk.web.language import LANGUAGES, catalogue
from tools.messages import WEB, extracted, stored

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
TAG = re.compile(r"</?[a-z]+[^>]*>")
GETTEXT_CALL = re.compile(r"\b(?:_|gettext|ngettext)\((.)")
CODE = re.compile(r"\{#.*?#\}|\{% trans.*?endtrans %\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
TEXT = re.compile(
    r'>([^<>]*[A-Za-z]{2}[^<>]*)<|(?:aria-label|title|placeholder|data-label)="([^"]*[A-Za-z]{2}[^"]*)"'
)
NOT_TRANSLATED = {
    "Keydesk",
    "CSV",
    "my-laptop",
    "my-server",
    "jane",
    "ai-power-users",
    "Location:",
    "API",
    "sk-…",
    "https://example.com/repository/file",
}
"""Names, and examples of input."""


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The text, or its singular and plural."""
    return [text] if isinstance(text, str) else [*(text or ())]


def messages(language: str) -> list[Message]:
    return [message for message in stored(language) if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_exactly_the_texts_of_the_portal(language: str) -> None:
    assert {str(message.id) for message in messages(language)} == {
        str(message.id) for message in extracted() if message.id
    }
    assert not stored(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert [each.id for each in messages(language) if each.fuzzy or not all(forms(each.string) or [""])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_markup_are_those_of_the_english_text(language: str) -> None:
    for message in messages(language):
        wanted = forms(message.id)[-1]
        for text in forms(message.string):
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(wanted))
            assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(wanted))
        assert set(PLACEHOLDER.findall(forms(message.string)[-1])) == set(PLACEHOLDER.findall(wanted))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_plural_has_both_forms(language: str) -> None:
    assert stored(language).num_plurals == 2
    for message in messages(language):
        if message.pluralizable:
            assert len(forms(message.string)) == 2
            singular, plural = forms(message.id)
            found = [catalogue(language).ngettext(singular, plural, count) for count in (1, 0, 2)]
            assert found == [*forms(message.string), forms(message.string)[1]]


def test_templates_have_no_text_outside_of_the_catalogues() -> None:
    found = []
    for template in (WEB / "templates").rglob("*.html"):
        shown = CODE.sub("", template.read_text())
        found += [(text or label).strip() for text, label in TEXT.findall(shown)]
    # Attributes of htmx hold selectors such as ".content > *".
    assert {text for text in found if not text.startswith('*"')} - NOT_TRANSLATED == set()


def test_templates_translate_literal_texts_only() -> None:
    """A translated text is markup: a value in its place would not be escaped."""
    for template in (WEB / "templates").rglob("*.html"):
        assert set(GETTEXT_CALL.findall(template.read_text())) <= {'"'}, template.name


def test_every_problem_has_a_title() -> None:
    kinds = [
        kind
        for kind in vars(problems).values()
        if isinstance(kind, type) and issubclass(kind, problems.Problem)
    ]
    assert {kind.slug for kind in kinds} == set(TITLES)
