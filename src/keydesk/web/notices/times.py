"""The times among the values of a notice, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from babel.dates import format_datetime

from keydesk.web.language import current_locale


@dataclass(frozen=True, slots=True)
class Times:
    """The values of a notice. An index returns a time in words, or None."""

    values: Mapping[str, str]
    zone: tzinfo

    def __getitem__(self, name: str) -> str | None:
        try:
            at = datetime.fromisoformat(self.values[name])
        except (KeyError, ValueError):
            return None
        text = format_datetime(at, "medium", tzinfo=self.zone, locale=current_locale())
        return f"{text} {at.astimezone(self.zone).tzname()}"
