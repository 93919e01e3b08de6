"""Reconciles rotations: undoes one whose new secret was never returned."""

from dataclasses import dataclass

from keydesk.audit.models import Intent, Outcome
from keydesk.jobs.finding import GONE, NOT_MADE, Finding, made_if
from keydesk.keys.owners import owner_of
from keydesk.keys.rotation_undo import RotationUndo
from keydesk.keys.secret_store import KeySecrets, LaterSecret
from keydesk.keys.secrets import Carried, FoldedKey
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import link_tag
from keydesk.litellm import Key


@dataclass(frozen=True, slots=True)
class RotationReconciliation:
    """The caller holds the lease of the key."""

    undoing: RotationUndo
    secrets: KeySecrets
    clock: Clock

    async def rotated(self, intent: Intent) -> Finding:
        """Undo the rotation, unless the new secret has been used. Raises LiteLLMError.

        The secret is returned after the outcome is recorded. Without an outcome, it was never returned. A restored
        backup is the exception: it can lack the outcome of a secret that is in use.
        """
        halfway = await self.undoing.find(intent)
        if halfway.used is not None:
            return self._in_use(intent, halfway.used)
        await self.undoing.undo(intent)
        if halfway.previous is None:
            return GONE
        return Finding(Outcome.UNDONE, "rotation-undone") if halfway.new or halfway.was_renamed else NOT_MADE

    def ended(self, key: FoldedKey | None) -> Finding:
        """Return whether the previous secret of the key ended."""
        if key is None:
            return GONE
        ends_at = [secret.expires_at for secret in key.previous]
        return made_if(all(end is not None and end <= self.clock() for end in ends_at))

    def _in_use(self, intent: Intent, secret: Key) -> Finding:
        secret_id, key_id = self.undoing.ids.of_secret(secret.token_hash), intent.object_id or ""
        ends_at = Carried.by(secret).previous_ends_at or self.clock()
        later = LaterSecret(secret_id, key_id, owner_of(secret), intent.at)
        intent.also += [
            *self.secrets.replacing(later, ends_at, self.clock()),
            self.undoing.store.unmarking(key_id),
        ]
        intent.tags.add(link_tag(secret_id, key_id))
        return Finding(Outcome.SUCCEEDED, "found-in-use")
