"""The rules for scanners in the documentation find every key of LiteLLM, and no keys of other providers."""

import re
import secrets
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = (Path(__file__).parents[3] / "docs/how-to/leaked-keys.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def gitleaks() -> str:
    (rule,) = tomllib.loads(block("toml"))["rules"]
    assert rule["secretGroup"] == 1
    regex: str = rule["regex"]
    return regex


def trufflehog() -> str:
    detectors: list[dict[str, Any]] = yaml.safe_load(block("yaml"))["detectors"]
    regex: str = detectors[0]["regex"]["key"]
    return regex


def github() -> str:
    """Return the custom pattern as GitHub applies it: the secret between what is before and after it."""
    fields = dict(
        re.findall(r"^\| (Secret format|Before secret|After secret) \| `(.*)` \|$", PAGE, re.MULTILINE)
    )
    # Markdown escapes the bars in tables. Python writes the end of the text as \Z.
    before, after = (fields[name].replace("\\|", "|") for name in ("Before secret", "After secret"))
    return f"(?:{before})({fields['Secret format']})(?:{after})".replace(r"\z", r"\Z")


RULES = {"gitleaks": gitleaks(), "trufflehog": trufflehog(), "github": github()}
LINES = ("{}", "KEY={}\n", '"api_key": "{}",', "Authorization: Bearer {}", "key: {} # mine", "({})")
OTHERS = [
    "sk-1234",
    "sk-demo",
    "ask-me-anything-about-this-one",
    "sk-ant-api03-" + "A1b2" * 20,
    "sk-proj-" + "A1b2" * 20,
    "sk-" + "a1B2" * 12,
    "task-" + "a" * 22,
]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_finds_every_key(rule: str) -> None:
    for number in range(600):
        key = f"sk-{secrets.token_urlsafe(16)}"
        found = re.search(rule, LINES[number % len(LINES)].format(key))
        assert found is not None, key
        assert found[1] == key


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("other", OTHERS)
def test_a_rule_finds_nothing_else(rule: str, other: str) -> None:
    assert re.search(rule, f'key = "{other}"') is None
