"""Security advisories about LiteLLM that affect Keydesk, as data. `releases.py` evaluates them.

To add an advisory, add a row with its source to `ADVISORIES`.
"""

from dataclasses import dataclass

Number = tuple[int, int, int]
_ALL: Number = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Affected:
    """Releases from `first` to before `fixed`."""

    first: Number
    fixed: Number


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory. `affected` are the ranges with a known fix.

    `seen_in` is set if the advisory names an affected release but no fix: that release and all earlier ones count
    as affected. Nothing is known about later ones.
    """

    id: str
    problem: str
    source: str
    affected: tuple[Affected, ...] = ()
    seen_in: Number | None = None

    def affects(self, number: Number) -> bool:
        """Return whether a release is known or assumed to be affected."""
        if self.seen_in is not None:
            return number <= self.seen_in
        return any(each.first <= number < each.fixed for each in self.affected)

    def remedy(self, number: Number) -> str:
        """Return what an operator of this release should do, with the source."""
        fixes = [each.fixed for each in self.affected if each.first <= number < each.fixed]
        if not fixes:
            return (
                f"The advisory names no fixed release. Upgrade LiteLLM to the latest release. {self.source}"
            )
        return f"Upgrade LiteLLM to {dotted(fixes[0])} or later. {self.source}"


def dotted(number: Number) -> str:
    """Return the release as text, such as `1.84.0`."""
    return ".".join(map(str, number))


COMPROMISED = Advisory(
    id="PYPI-2026-03-LITELLM",
    problem="the published package contains malware that steals credentials",
    source="https://github.com/BerriAI/litellm/discussions/24518",
    affected=(Affected((1, 82, 7), (1, 82, 9)),),
)
"""1.82.7 and 1.82.8 only. The id is Keydesk's own; no public one is known."""

ADVISORIES = (
    COMPROMISED,
    Advisory(
        id="CVE-2026-49468",
        problem="a crafted Host header bypasses authentication on management routes",
        source="https://github.com/BerriAI/litellm/security/advisories/GHSA-4xpc-pv4p-pm3w",
        affected=(Affected(_ALL, (1, 84, 0)),),
    ),
    Advisory(
        id="CVE-2026-49468-hardening",
        problem="the additional fix for crafted Host headers (CVE-2026-49468) is missing",
        source="https://docs.litellm.ai/blog/host-header-auth-bypass",
        affected=(
            Affected((1, 84, 0), (1, 84, 3)),
            Affected((1, 85, 0), (1, 85, 2)),
            Affected((1, 86, 0), (1, 86, 2)),
        ),
    ),
    Advisory(
        id="PYSEC-2026-4070",
        problem="`api_base` in `user_config` lets callers make LiteLLM send requests to internal addresses",
        source="https://osv.dev/vulnerability/PYSEC-2026-4070",
        affected=(Affected(_ALL, (1, 83, 9)),),
    ),
    Advisory(
        id="PYSEC-2026-4067",
        problem="the MCP proxy accepts requests without authentication",
        source="https://osv.dev/vulnerability/PYSEC-2026-4067",
        affected=(Affected(_ALL, (1, 84, 0)),),
    ),
    Advisory(
        id="CVE-2026-136535",
        problem="an authenticated caller can run commands through MCP stdio servers",
        source="https://www.cve.org/CVERecord?id=CVE-2026-136535",
        seen_in=(1, 88, 0),
    ),
    Advisory(
        id="CVE-2026-136537",
        problem="the key management endpoints do not check the permissions of authenticated callers",
        source="https://www.cve.org/CVERecord?id=CVE-2026-136537",
        seen_in=(1, 92, 0),
    ),
    Advisory(
        id="CVE-2026-136538",
        problem="model aliases of virtual keys allow privilege escalation",
        source="https://www.cve.org/CVERecord?id=CVE-2026-136538",
        seen_in=(1, 95, 0),
    ),
)
