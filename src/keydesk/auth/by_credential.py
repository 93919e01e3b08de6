"""Who decides depends on the credential: Backstage for its own user tokens, the configuration for all others."""

from keydesk.auth.backstage_permissions import BackstagePermissions, is_user_token
from keydesk.auth.permissions import Permissions
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission


class ByCredential:
    """Backstage gives decisions about its own user tokens only.

    Callers with another credential (the bridge's, a proxy's) have what `others` grants them by name: were they
    given what everybody has, they would walk around a DENY of Backstage's.
    """

    def __init__(self, backstage: BackstagePermissions, others: Permissions) -> None:
        self._backstage = backstage
        self._others = others

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        decider = self._backstage if is_user_token(caller.token) else self._others
        return await decider.allows(caller, permission)
