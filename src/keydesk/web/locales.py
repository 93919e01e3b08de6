"""The locale in which numbers, money and times are written: what the browser asks for. Words stay English."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from starlette.requests import Request

_DEFAULT = Locale("en", "US")
_LOOKED_AT = 8


def locale_of(request: Request) -> Locale:
    """The first language of `Accept-Language` that is known."""
    return _known(request.headers.get("accept-language", "")[:200])


@lru_cache(maxsize=256)
def _known(accepted: str) -> Locale:
    weighed = [_weight(part) for part in accepted.split(",")[:_LOOKED_AT]]
    for _, tag in sorted(weighed, key=lambda each: -each[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return _DEFAULT


def _weight(part: str) -> tuple[float, str]:
    tag, _, quality = part.strip().partition(";q=")
    try:
        return float(quality or 1), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
