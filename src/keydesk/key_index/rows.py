"""Converts keys of LiteLLM to rows of the index. Pure, apart from the encryption of hashes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keydesk.key_index.sealing import SealedHashes
from keydesk.keys.models import KeyView
from keydesk.keys.secrets import FoldedKey, folded, view_of
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.labels import labels_in
from keydesk.litellm import Key

_LONGEST, _LONGEST_SHORT = 255, 40
_SHORT = {"key", "budget_duration"}
_STORED = set(KeyView.model_fields) - {"token"}


@dataclass(frozen=True, slots=True)
class Rows:
    ids: KeyIds
    hashes: SealedHashes

    def of(self, keys: Iterable[Key], generation: int) -> dict[str, dict[str, Any]]:
        """Return a row for each key id. Several secrets of one key are one row."""
        found = folded(keys, self.ids.of)
        return {key_id: self._row(key, generation) for key_id, key in found.items()}

    def lacking(self, keys: Iterable[Key]) -> list[FoldedKey]:
        """Return the keys whose earlier secret, which is not among `keys`, counts towards their spend."""
        return [
            key
            for key in folded(keys, self.ids.of).values()
            if not key.previous and key.carried.ended < key.carried.number - 1
        ]

    def _row(self, key: FoldedKey, generation: int) -> dict[str, Any]:
        view = view_of(key).model_dump(include=_STORED)
        row = {name: _text(value, name) if isinstance(value, str) else value for name, value in view.items()}
        return {
            **row,
            "key_id": key.key_id,
            "budget_limits": view.get("budget_limits", []),
            "labels": labels_in(key.key.metadata),
            "searched": searched_text(row["key_alias"], row["user_id"], row["key"], key.key_id),
            "sealed_hash": self.hashes.seal(key.current.token_hash),
            "generation": generation,
        }


def searched_text(*texts: str | None) -> str:
    """Return the text in which a search looks, in lower case. Line breaks keep the parts apart."""
    return "\n".join(text.lower() for text in texts if text)


def _text(text: str, name: str) -> str:
    """Return the text as its column can hold it. LiteLLM accepts names of any length."""
    return text[: _LONGEST_SHORT if name in _SHORT else _LONGEST]
