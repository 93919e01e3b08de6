"""Reads the reports of secret scanners: gitleaks (a JSON array) and trufflehog (JSON lines). Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

_COMMIT_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret that a scanner found, and where."""

    secret: SecretStr
    found_at: str


def findings_in(report: str) -> list[Finding]:
    """Return the findings of a report. Raises ValueError for other formats, without quoting the report."""
    try:
        if report.lstrip().startswith("["):
            return [_of_gitleaks(entry) for entry in json.loads(report)]
        return [_of_trufflehog(entry) for entry in _lines(report)]
    except (json.JSONDecodeError, RecursionError, KeyError, TypeError, AttributeError):
        raise ValueError("expected a JSON report of gitleaks or trufflehog") from None


def _lines(report: str) -> Iterator[Any]:
    for line in report.splitlines():
        # trufflehog writes its own log messages as JSON too.
        if line.strip() and "DetectorName" in (entry := json.loads(line)):
            yield entry


def _of_gitleaks(entry: Mapping[str, Any]) -> Finding:
    place = entry.get("Link") or _place(entry["File"], entry.get("StartLine"), entry.get("Commit"))
    return Finding(SecretStr(str(entry["Secret"])), place)


def _of_trufflehog(entry: Mapping[str, Any]) -> Finding:
    sources = (entry.get("SourceMetadata") or {}).get("Data") or {}
    source: Mapping[str, Any] = next(iter(sources.values()), {})
    place = source.get("link") or _place(source.get("file"), source.get("line"), source.get("commit"))
    return Finding(SecretStr(str(entry.get("RawV2") or entry["Raw"])), place)


def _place(file: Any, line: Any, commit: Any) -> str:
    place = f"{file or 'unknown file'}:{line}" if line else str(file or "unknown file")
    return f"{place} in commit {str(commit)[:_COMMIT_CHARACTERS]}" if commit else place
