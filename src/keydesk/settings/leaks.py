"""The `leaks` section: who can report a leaked key without signing in."""

from typing import Annotated

from pydantic import Field

from keydesk.settings.notices import SigningSecret
from keydesk.settings.operations import PerMinute
from keydesk.settings.section import Section
from keydesk.settings.values import BaseAddress


class GitHubReports(Section):
    """Reports of GitHub's secret scanning partner program."""

    enabled: bool = False
    """Accept reports at `POST /leaks/github`. Keydesk fetches GitHub's public keys to verify them, and makes no other
    call to GitHub."""
    keys_url: BaseAddress = "https://api.github.com/meta/public_keys/secret_scanning"
    """The URL of GitHub's public keys."""


class ScannerReports(Section):
    """Reports of your own secret scanner."""

    signing_secret: SigningSecret | None = None
    """Accept reports at `POST /leaks/scanner` that are signed with this secret: `whsec_` and the Base64 of 24 to 64
    random bytes."""
    tolerance_seconds: Annotated[int, Field(ge=10, le=3600)] = 300
    """The greatest difference between the time of a report and Keydesk's clock. Older reports are refused."""


class LeakReports(Section):
    """Reports of leaked keys. Keydesk blocks a reported key immediately."""

    public: bool = True
    """Accept reports without sign-in, on the page `/report-leak` and at `POST /leaks`. A report must contain the
    key."""
    per_address_per_minute: PerMinute = 20
    """Reports without sign-in per IP address and minute. Each process counts separately."""
    per_minute: PerMinute = 120
    """Reports without sign-in per minute, from all addresses. Each process counts separately."""
    response_seconds: Annotated[float, Field(ge=0.01, le=10)] = 1.0
    """The time until the response to a report without sign-in. If it is longer than a block takes, the time does not
    tell whether the key exists."""
    github: GitHubReports = GitHubReports()
    """Reports of GitHub's secret scanning partner program."""
    scanner: ScannerReports = ScannerReports()
    """Reports of your own secret scanner."""
