"""Exchanges the token of a workload for a short-lived key of a team."""

import secrets
from contextlib import suppress
from dataclasses import dataclass

from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.issuing import Issuer
from keydesk.keys.models import IssuedKeyView, KeyRequest
from keydesk.keys.owners import as_user
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound, NotSignedIn, PolicyRefused, StorageUnavailable, TooMany
from keydesk.models.policy import models_in_common
from keydesk.settings import WorkloadRule
from keydesk.storage.leases import Leases
from keydesk.workloads.models import ExchangedKey, VerifiedWorkload
from keydesk.workloads.policy import key_alias
from keydesk.workloads.tokens import WorkloadTokens

_SUFFIX_BYTES = 4


@dataclass(frozen=True, slots=True)
class WorkloadKeys:
    """`gateway` is the address where the keys work."""

    tokens: WorkloadTokens
    used: UsedTokenStore
    issuer: Issuer
    store: ServiceKeyStore
    leases: Leases
    gateway: str

    @property
    def are_enabled(self) -> bool:
        return bool(self.tokens.rules)

    async def exchange(self, token: str) -> ExchangedKey:
        """Return a new key for the token, which works once.

        Raises the errors of `WorkloadTokens.verify` and of `Issuer.issue_for_team`, PolicyRefused if the team does not
        exist, and TooMany if too many keys of the rule or of the subject exist. After such an error the token can be
        sent again.
        """
        verified = await self.tokens.verify(token)
        if not await self.used.use(verified.once):
            raise NotSignedIn(message("This token was used before."))
        try:
            issued = await self._issued(verified)
        except NotFound:
            await self.used.give_back(verified.once)
            raise _no_team() from None
        except Exception:
            # Nobody has got the secret, and GitLab gives a job only one token.
            with suppress(StorageUnavailable):
                await self.used.give_back(verified.once)
            raise
        rule = verified.rule
        return ExchangedKey(
            issued.key,
            issued.token,
            issued.key_alias or "",
            rule.lifetime_seconds,
            self.gateway,
            tuple(issued.models),
        )

    async def _issued(self, verified: VerifiedWorkload) -> IssuedKeyView:
        rule, subject = verified.rule, verified.workload.subject
        request = KeyRequest(
            alias=key_alias(rule.name, verified.run, secrets.token_hex(_SUFFIX_BYTES)),
            team_id=rule.team,
            models=await self._models(rule),
            max_budget=rule.max_budget,
            rpm_limit=rule.rpm_limit,
            tpm_limit=rule.tpm_limit,
            duration=rule.lifetime,
        )
        async with self.leases.hold(f"workload-rule:{rule.name}"):
            live = await self.store.live_subjects(rule.name, self.issuer.clock())
            _check(len(live), rule.max_live_keys)
            _check(live.count(subject), rule.max_live_keys_per_subject)
            return await self.issuer.issue_for_workload(verified.workload, request)

    async def _models(self, rule: WorkloadRule) -> list[str]:
        """Return the models of a key. None are all models of the team."""
        if not rule.models:
            return []
        team = await self.issuer.joined(as_user(rule.team), rule.team)
        return list(models_in_common(rule.models, team.models, await self.issuer.catalogue.models()))


def _no_team() -> PolicyRefused:
    return PolicyRefused(
        message("The team of the rule for this workload does not exist."),
        hint=message("Ask the platform team to correct the rule."),
    )


def _check(live: int, most: int) -> None:
    if live >= most:
        raise TooMany(
            message("Too many keys for this workload exist at the same time."),
            remedy=message("Wait until some of them expire."),
            most=most,
        )
