"""Replaces the parts of a response that differ between runs: ids, secrets, times, and the names of a shared gateway."""

import re
from collections.abc import Callable
from typing import Any

_NUMBERED = {
    "key": re.compile(r"key_[a-z2-7]{26}"),
    "id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"),
}
_PLAIN = [
    (re.compile(r"sk-\.\.\.[A-Za-z0-9_-]{4}"), "sk-...<end>"),
    (re.compile(r"sk-[A-Za-z0-9_-]{16,}"), "<secret>"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "<token>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<time>"),
]


class Normaliser:
    """The same key is the same `<key 1>` in all responses. `names` are those of this run, with their replacements."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = {name: plain for name, plain in names.items() if name and name != plain}
        self._seen: dict[str, str] = {}
        self._counts = dict.fromkeys(_NUMBERED, 0)

    def of(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.text(name): self._member(name, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        for name, plain in self._names.items():
            text = text.replace(name, plain)
        for pattern, plain in _PLAIN:
            text = pattern.sub(plain, text)
        for kind, pattern in _NUMBERED.items():
            text = pattern.sub(self._numbering(kind), text)
        return text

    def _member(self, name: str, value: Any) -> Any:
        return "<request>" if name == "request_id" else self.of(value)

    def _numbering(self, kind: str) -> Callable[[re.Match[str]], str]:
        def numbered(match: re.Match[str]) -> str:
            if match[0] not in self._seen:
                self._counts[kind] += 1
                self._seen[match[0]] = f"<{kind} {self._counts[kind]}>"
            return self._seen[match[0]]

        return numbered
