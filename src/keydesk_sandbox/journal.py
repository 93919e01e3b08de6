"""Counts calls, so that tests can assert how many a feature makes."""

from collections import Counter


class Journal:
    """Counts by method and path, including keys and hashes in paths. Bound to one event loop."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, method: str, path: str) -> None:
        """Count one call."""
        self._counts[method, path] += 1

    def count(self, method: str | None = None, path: str | None = None) -> int:
        """Return the number of calls with this method and path; None matches any."""
        return sum(
            number
            for (noted_method, noted_path), number in self._counts.items()
            if method in {None, noted_method} and path in {None, noted_path}
        )

    def reset(self) -> None:
        """Reset all counts."""
        self._counts.clear()

    def printed(self) -> dict[str, object]:
        """Return the counts for `/sandbox/calls`, most frequent first."""
        calls = [
            {"method": method, "path": path, "count": number}
            for (method, path), number in self._counts.most_common()
        ]
        return {"total": self._counts.total(), "calls": calls}
