"""Reports of gitleaks 8.30 and trufflehog 3."""

import json
from typing import Any

import pytest

from keydesk.leaks.reports import findings_in

KEY = "sk-FW24G42KIAj2T1lSXyNZnw"
GITLEAKS: dict[str, Any] = {
    "RuleID": "litellm-virtual-key",
    "Description": "A virtual key of the LLM gateway",
    "StartLine": 1,
    "EndLine": 1,
    "StartColumn": 15,
    "EndColumn": 40,
    "Match": f"={KEY}",
    "Secret": KEY,
    "File": "conf.py",
    "SymlinkFile": "",
    "Commit": "78eb5068ce93cb11b4b5e886ef89cb765992cea4",
    "Entropy": 4.3736606,
    "Author": "a",
    "Email": "a@example.com",
    "Date": "2026-11-29T19:27:19Z",
    "Message": "x",
    "Tags": [],
    "Fingerprint": "78eb5068ce93cb11b4b5e886ef89cb765992cea4:conf.py:litellm-virtual-key:1",
}
"""A finding that gitleaks 8.30.1 wrote with the rule of the documentation."""
GIT = {
    "commit": "78eb5068ce93cb11b4b5e886ef89cb765992cea4",
    "file": "conf.py",
    "line": 1,
    "repository": "file://.",
}


def trufflehog(raw: str = KEY, **source: Any) -> str:
    entry = {
        "SourceMetadata": {"Data": source},
        "SourceName": "trufflehog - git",
        "DetectorType": 904,
        "DetectorName": "CustomRegex",
        "Verified": False,
        "Raw": raw,
        "RawV2": "",
        "Redacted": "",
    }
    return json.dumps(entry)


def read(report: str) -> list[tuple[str, str]]:
    return [(finding.secret.get_secret_value(), finding.found_at) for finding in findings_in(report)]


def test_gitleaks() -> None:
    assert read(json.dumps([GITLEAKS])) == [(KEY, "conf.py:1 in commit 78eb5068ce93")]


def test_gitleaks_with_a_link() -> None:
    link = "https://github.com/octocat/hello/blob/78eb/conf.py#L1"
    assert read(json.dumps([GITLEAKS | {"Link": link}])) == [(KEY, link)]


def test_gitleaks_without_git() -> None:
    assert read(json.dumps([GITLEAKS | {"Commit": ""}])) == [(KEY, "conf.py:1")]


def test_trufflehog() -> None:
    report = "\n".join(
        [
            trufflehog(Git=GIT),
            json.dumps({"level": "info-0", "msg": "finished scanning"}),
            trufflehog(Filesystem={"file": "conf.py"}),
            trufflehog(
                Github={"link": "https://github.com/octocat/hello/blob/78eb/conf.py#L1", "file": "conf.py"}
            ),
            trufflehog(),
            "",
        ]
    )
    assert [place for _, place in read(report)] == [
        "conf.py:1 in commit 78eb5068ce93",
        "conf.py",
        "https://github.com/octocat/hello/blob/78eb/conf.py#L1",
        "unknown file",
    ]


@pytest.mark.parametrize("report", ["[]", "", "\n\n"])
def test_a_report_without_findings(report: str) -> None:
    assert read(report) == []


@pytest.mark.parametrize(
    "report",
    [
        KEY,
        f'["{KEY}"]',
        f'[{{"Secret": "{KEY}"}}]',
        "[" * 10_000,
        f"[{KEY}",
        f'{{"DetectorName": "{KEY}"}}',
        "1",
        "null",
    ],
    ids=lambda report: report[:20],
)
def test_another_file_is_refused_without_quoting_it(report: str) -> None:
    with pytest.raises(ValueError, match="expected a JSON report of gitleaks or trufflehog") as refused:
        read(report)
    assert KEY not in str(refused.value)


def test_a_finding_does_not_show_its_secret() -> None:
    (finding,) = findings_in(json.dumps([GITLEAKS]))
    assert KEY not in repr(finding)
