"""Preferences that a cookie stores, so that the server can render pages with them. People need not sign in."""

from dataclasses import dataclass

from fastapi import Request

KEPT_SECONDS = 400 * 24 * 3600
"""How long a browser keeps a choice."""


@dataclass(frozen=True, slots=True)
class Preference:
    """`field` is the name in forms, URLs and cookies. The first of `values` is the default."""

    field: str
    values: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/{self.field.replace('_', '-')}"

    @property
    def cookie(self) -> str:
        return f"keydesk_{self.field}"

    def of(self, request: Request) -> str:
        chosen = request.cookies.get(self.cookie)
        return chosen if chosen in self.values else self.values[0]


THEME = Preference("theme", ("system", "light", "dark"))
"""Scripts set this cookie too."""
PATTERNS = Preference("patterns", ("off", "on"))
"""Whether charts have patterns in addition to colors."""
SINGLE_KEYS = Preference("single_keys", ("on", "off"))
"""Whether the keys / and ? are shortcuts. Speech input can press them by mistake (WCAG 2.1.4)."""
FIRST_STEPS = Preference("first_steps", ("shown", "dismissed"))
"""The checklist of a first visit."""
