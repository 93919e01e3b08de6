"""Collects the texts of the portal and the messages of all errors into the portal's catalogues: `make messages`.

New texts are added with the English text for English and without one for German; texts that are gone are removed.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from keydesk.web.language import FOLDER, LANGUAGES

WEB = FOLDER.parent
PACKAGE = WEB.parent
SOURCE = "en"
_METHODS = [
    ("**.py", "python"),
    *((pattern, "jinja2") for pattern in ("templates/**.html", "templates/**.txt")),
]
_OPTIONS = {
    pattern: {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    for pattern, _ in _METHODS[1:]
}
_KEYWORDS = {**DEFAULT_KEYWORDS, "message": None}
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
"""Fixed, so that a catalogue changes only when a text does."""


@cache
def extracted() -> Catalog:
    """Return the texts of the code and the templates, with the files they are in."""
    template = Catalog(project="Keydesk", charset="utf-8", creation_date=_CREATED)
    for name, _, message, comments, context in extract_from_dir(WEB, _METHODS, _OPTIONS, _KEYWORDS):
        template.add(message, None, [(Path(name).as_posix(), 1)], auto_comments=comments, context=context)
    for name, _, message, _, _ in extract_from_dir(PACKAGE, [("**.py", "python")], keywords=_KEYWORDS):
        path = PACKAGE / name
        if not path.is_relative_to(WEB):
            template.add(message, None, [(path.relative_to(PACKAGE.parent).as_posix(), 1)])
    return template


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "keydesk.po"


def stored(language: str) -> Catalog:
    """Return the catalogue of a language."""
    with path_of(language).open("rb") as source:
        return read_po(source, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """Return the catalogue with exactly the texts of the template."""
    catalogue = stored(language) if path_of(language).exists() else Catalog(language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy, catalogue.revision_date = False, _CREATED
    catalogue.header_comment = f"# {LANGUAGES[language]}: the texts of the portal."
    catalogue.project, catalogue.version = "Keydesk", ""
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""
    if language == SOURCE:
        for message in filter(lambda each: each.id, catalogue):
            message.string = message.id
    return catalogue


def main() -> None:
    for language in LANGUAGES:
        path = path_of(language)
        catalogue = updated(language, extracted())
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            write_po(target, catalogue, width=110, include_lineno=False)


if __name__ == "__main__":
    main()
