"""Patterns of claims, compared with a matcher that takes values apart at `/` and `:`."""

import re

from hypothesis import given
from hypothesis import strategies as st

from keydesk.workloads.policy import mismatches
from tests.unit.workloads.conftest import rule

REFUSED = re.compile(r"\*\*|\*[^/:*]*\*[^/:*]*\*")
PATTERNS = st.text("ab*/:.-", min_size=1, max_size=8).filter(lambda text: not REFUSED.search(text))
VALUES = st.text("ab*/:.-\n\u0430", max_size=8)
_PARTS = re.compile("([/:])")


def matches_part(pattern: str, part: str) -> bool:
    """Match one character after the other. A star takes one or more."""
    if not pattern:
        return not part
    if not part:
        return False
    if pattern[0] == "*":
        return matches_part(pattern[1:], part[1:]) or matches_part(pattern, part[1:])
    return pattern[0] == part[0] and matches_part(pattern[1:], part[1:])


def matches(pattern: str, value: str) -> bool:
    patterns, parts = _PARTS.split(pattern), _PARTS.split(value)
    is_plain = value.isascii() and value.isprintable()
    return is_plain and len(patterns) == len(parts) and all(map(matches_part, patterns, parts))


@given(PATTERNS, VALUES)
def test_a_star_never_crosses_a_separator(pattern: str, value: str) -> None:
    found = rule(issuer="https://ci.example.com", claims={"claim": pattern})
    assert (mismatches({"claim": value}, found) == []) is matches(pattern, value)
