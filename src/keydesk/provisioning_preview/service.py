"""Previews the account settings of a group or a person. Reads the directory and LiteLLM, and changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from keydesk.accounts.models import Difference
from keydesk.accounts.policy import effective_settings, role_for, wanted_settings
from keydesk.accounts.service import Accounts
from keydesk.directory.entry import Directory
from keydesk.kit.entity_refs import full_group_ref, full_user_ref
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest, NotFound
from keydesk.provisioning_preview.models import DifferenceView, GroupPreview, PersonPreview
from keydesk.provisioning_preview.policy import explained
from keydesk.settings import Provisioning


@dataclass(frozen=True, slots=True)
class Previews:
    settings: Provisioning
    directory: Directory
    accounts: Accounts

    async def of_group(self, text: str) -> GroupPreview:
        """Return the account settings of members of the group. Groups with a role do not have to be in the directory.

        Raises InvalidRequest, NotFound, DirectoryUnavailable.
        """
        group = _ref("group", text)
        lineage = await self.directory.lineage(group)
        if lineage is None and all(role.group != group for role in self.settings.roles):
            raise NotFound(message("The group is not in the directory."), param="group")
        return GroupPreview(group=group, **self._effective(lineage or {group}))

    async def of_user(self, text: str) -> PersonPreview:
        """Return the person's account settings, and how their account differs. Raises the errors of `of_group`."""
        entry = await self.directory.find(Person(_ref("user", text)))
        if entry is None:
            raise NotFound(message("The person is not in the directory."), param="user")
        account = await self.accounts.inspect(entry)
        return PersonPreview(
            user=entry.ref,
            user_id=account.user_id,
            account_exists=account.exists,
            account_suspended=account.suspended,
            differences=[_difference(found) for found in account.differences],
            note=account.obstacle,
            **self._effective(entry.groups),
        )

    def _effective(self, groups: Collection[str]) -> dict[str, Any]:
        role = role_for(self.settings, groups)
        wanted = wanted_settings(effective_settings(self.settings, groups))
        return {
            "provisioning": self.settings.enabled,
            "role": role.group if role else None,
            "groups": sorted(groups),
            "effective": explained(wanted, role),
        }


def _ref(kind: str, text: str) -> str:
    try:
        return full_group_ref(text) if kind == "group" else full_user_ref(text)
    except ValueError:
        text = message(
            "%(param)s: expected an entity reference such as %(example)s",
            param=kind,
            example=f"{kind}:default/name",
        )
        raise InvalidRequest(text, param=kind) from None


def _difference(found: Difference) -> DifferenceView:
    return DifferenceView(
        setting=found.setting,
        current=found.current,
        wanted=found.wanted,
        settled_by_resync=not found.by_hand,
    )
