"""Finds a person's account in LiteLLM, provisioning it on first use."""

from dataclasses import dataclass

from keydesk.accounts.policy import litellm_user_id
from keydesk.accounts.provisioning import Provisioner
from keydesk.identity.principal import Person
from keydesk.litellm import LiteLLM, User
from keydesk.problems import AccountNotFound
from keydesk.settings import Gateway


@dataclass(frozen=True, slots=True)
class Accounts:
    gateway: LiteLLM
    settings: Gateway
    provisioner: Provisioner

    async def of(self, person: Person) -> User:
        """The person's LiteLLM user as it is now.

        Raises NotAnAccount for who can have none, AccountNotFound when there is none and provisioning is off.
        """
        user_id = litellm_user_id(person, self.settings.user_id_domain)
        user = await self.gateway.users.get(user_id)
        if user is not None:
            return user
        if not self.settings.provisioning.enabled:
            raise AccountNotFound
        return await self.provisioner.provision(person, user_id)
