"""English texts that keep their template and values, so that the portal can translate them.

The JSON API uses a message like any other string. `make messages` collects the templates.
"""

from decimal import Decimal
from typing import Self


class Message(str):
    """A text in English. `template` has `%(name)s` in the place of each of `values`.

    A value can be another message. The portal writes numbers in the reader's notation.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        text = template % {name: _in_english(value) for name, value in values.items()} if values else template
        self = super().__new__(cls, text)
        self.template, self.values = template, values
        return self


def message(template: str, /, **values: object) -> Message:
    """Return a message, and mark its template for the catalogues. The template must be a literal."""
    return Message(template, **values)


def _in_english(value: object) -> str:
    return f"{value:,}" if isinstance(value, Decimal) else str(value)
