"""The reader's language: texts from the gettext catalogues in `locale/`, and the locale of numbers and dates.

The English text is the message id. `make messages` collects the texts of templates and code into the catalogues.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from starlette.requests import Request

from keydesk.kit.messages import Message
from keydesk.web.preference import Preference

Language = Literal["en", "de"]
LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}
"""The languages that have a catalogue, by their own names."""
LANGUAGE = Preference("language", tuple(LANGUAGES))
"""Without a choice, the browser decides."""
FOLDER = Path(__file__).parent / "locale"
_DEFAULTS = {"en": Locale("en", "US"), "de": Locale("de")}
_MAX_ACCEPTED = 8
_locale: ContextVar[Locale] = ContextVar("locale", default=_DEFAULTS["en"])


@contextmanager
def in_locale(locale: Locale) -> Iterator[None]:
    """Write every text, number and date for `locale`."""
    before = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(before)


def current_locale() -> Locale:
    return _locale.get()


def default_locale(language: str) -> Locale:
    """Return the locale of a language for a reader whose region is unknown."""
    return _DEFAULTS[language]


def gettext(message: str, /, **values: object) -> str:
    """Return the text in the reader's language, with `values` in place of `%(name)s`."""
    text = catalogue(_locale.get().language).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the form for `count`, with `values` in place of `%(name)s`."""
    text = catalogue(_locale.get().language).ngettext(singular, plural, count)
    return text % values if values else text


def translated(text: str) -> str:
    """Return a message with its values in the reader's language. Any other text is translated as a whole."""
    if not isinstance(text, Message):
        return gettext(text)
    return gettext(text.template, **{name: _localized(value) for name, value in text.values.items()})


def _localized(value: object) -> object:
    if isinstance(value, Message):
        return translated(value)
    if isinstance(value, Decimal):
        return format_decimal(value, "#,##0.00" if value % 1 else "#,##0", _locale.get())
    return format_decimal(value, locale=_locale.get()) if isinstance(value, int) else value


def N_(message: str) -> str:  # noqa: N802 - gettext's usual name
    """Mark a text for the catalogues that is translated where it is used."""
    return message


@cache
def catalogue(language: str) -> GNUTranslations:
    """Return the texts of a language. The `.po` file is compiled in memory, once per process."""
    compiled = io.BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / "keydesk.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def locale_of(request: Request) -> Locale:
    """Return the language of the cookie, else the first of `Accept-Language` that has a catalogue, else English."""
    chosen = request.cookies.get(LANGUAGE.cookie)
    accepted = request.headers.get("accept-language", "")[:200]
    return _negotiated(chosen if chosen in LANGUAGES else None, accepted)


@lru_cache(maxsize=256)
def _negotiated(chosen: str | None, accepted: str) -> Locale:
    offered = [chosen] if chosen else [*LANGUAGES]
    fitting = (locale for locale in _accepted(accepted) if locale.language in offered)
    return next(fitting, _DEFAULTS[offered[0]])


def _accepted(header: str) -> Iterator[Locale]:
    """The locales of `Accept-Language`, by quality (RFC 9110, section 12.5.4); unknown ones are left out."""
    weighed = sorted(map(_weight, header.split(",")[:_MAX_ACCEPTED]), key=lambda each: -each[0])
    for quality, tag in weighed:
        try:
            if quality > 0:
                yield Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue


def _weight(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    try:
        return float(parameter.strip().removeprefix("q=") or 1), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
