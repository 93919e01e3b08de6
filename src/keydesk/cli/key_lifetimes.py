"""`keydesk keys plan` and `keydesk keys apply`: the keys that violate the policy."""

import asyncio
import sys
from collections import Counter
from collections.abc import Container

from keydesk.api.services import Services
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_allowances import print_exceeded
from keydesk.cli.key_names import key_line
from keydesk.cli.printable import console
from keydesk.cli.running_services import running_services
from keydesk.jobs.allowances_plan import Holdings
from keydesk.jobs.lifetimes_apply import Result
from keydesk.jobs.lifetimes_plan import Digest, Finding, PlanPage, Step
from keydesk.lifetimes.models import BLOCKERS, Violation

_REASONS = {
    Violation.NEVER_EXPIRES: "never expires",
    Violation.TOO_LONG: "expires too late",
    Violation.ROTATION_OVERDUE: "must be rotated",
    Violation.IDLE: "is not used",
}


def plan_lifetimes(files: ConfigFiles = None) -> None:
    """Print the keys that violate the rules in `litellm.keyLifetimes`, and what happens to each and when.

    Also lists service keys without a contact in the directory, and the owners whose keys have more than
    `litellm.keyAllowances` lets them have together. Nothing is changed. The last line has the digest of the
    plan, for `keydesk keys apply --digest`. Keys of administrators and keys without an owner are not listed.

    Example: `keydesk keys plan --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.

    """
    asyncio.run(_plan(files))


def apply_lifetimes(files: ConfigFiles = None, *, digest: str | None = None) -> None:
    """Warn about the keys that violate the rules in `litellm.keyLifetimes`, and act on those whose grace has ended.

    `keydesk serve` does the same once a day. A key is blocked, or gets an earlier expiration. It is never deleted.

    Example: `keydesk keys apply --config keydesk.yaml --digest 0123456789abcdef`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    digest
        The digest that `keydesk keys plan` printed. Nothing is changed if the plan is another one now.

    """
    sys.exit(asyncio.run(_apply(files, digest)))


async def _plan(files: ConfigFiles) -> None:
    async with running_services(files) as services:
        await _planned(services, shown=True)


async def _planned(services: Services, *, shown: bool) -> tuple[str, set[str]]:
    """Return the digest of the plan and the identities of its findings. Print it if `shown`."""
    digest, planned, seen, unknown, holdings = Digest(), set[str](), 0, 0, Holdings()
    async for page in services.apply_lifetimes.plan.pages():
        seen, unknown = seen + len(page.keys), unknown + page.unknown
        for finding in page.findings:
            digest.add(finding)
            planned.add(finding.identity)
            if shown:
                console().print(_line(finding, _next(finding)))
        if shown:
            holdings.add(page.keys)
            await _print_without_contacts(services, page)
    if shown:
        await print_exceeded(services, holdings)
        console().print(f"{seen} keys, {len(planned)} violations, {unknown} skipped (owner's groups unknown)")
        console().print(
            f"Nothing was changed. Run `keydesk keys apply --digest {digest}` to apply this plan."
        )
    return str(digest), planned


async def _print_without_contacts(services: Services, page: PlanPage) -> None:
    contacts = await services.service_keys.contacts.of(page.service_keys)
    for key in page.keys:
        if not contacts.get(services.keys.ids.of(key.token_hash), ["unknown"]):
            console().print(
                key_line(key, services.keys.ids.of(key.token_hash), "has no contact in the directory")
            )


async def _apply(files: ConfigFiles, digest: str | None) -> int:
    """Return the exit status: 1 if a key could not be changed, or if the plan has changed."""
    async with running_services(files) as services:
        only = None
        if digest is not None:
            current, only = await _planned(services, shown=False)
            if current != digest:
                console().print(f"Nothing was changed: the plan has changed. Its digest is now {current}.")
                return 1
        results = await _apply_pages(services, only)
    total = ", ".join(f"{results[each]} {each}" for each in Result)
    console().print(total)
    return 1 if results[Result.FAILED] else 0


async def _apply_pages(services: Services, only: Container[str] | None) -> Counter[Result]:
    results: Counter[Result] = Counter()
    async for page in services.apply_lifetimes.plan.pages():
        for finding, result in await services.apply_lifetimes.apply_page(page, only):
            results[result] += 1
            console().print(_line(finding, str(result)))
    return results


def _next(finding: Finding) -> str:
    action = "block" if finding.violation in BLOCKERS else "shorten the lifetime"
    if finding.step is Step.ACT:
        return f"{action} now"
    when = f"{action} on {finding.acts_at:%Y-%m-%d} at the earliest"
    return f"warn now, {when}" if finding.step is Step.WARN else f"warned, {when}"


def _line(finding: Finding, what: str) -> str:
    return key_line(finding.key, finding.key_id, f"{_REASONS[finding.violation]}: {what}")
