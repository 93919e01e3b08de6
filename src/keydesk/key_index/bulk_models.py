"""The request and response bodies of POST /admin/keys/bulk."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from keydesk.keys.models import KeyUpdate
from keydesk.kit.field_types import Identifier, RequestBody

BulkAction = Literal["block", "unblock", "update", "restrict"]
MAX_KEYS = 500


class BulkRequest(RequestBody):
    """A change of several keys of any people. `changes` is only for `update`, and cannot rename keys.

    `restrict` limits keys that can manage the gateway to model calls. `preview` changes nothing.
    """

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=MAX_KEYS)]
    action: BulkAction
    changes: KeyUpdate | None = None
    preview: bool = False

    @model_validator(mode="after")
    def _check_changes(self) -> Self:
        if (self.action == "update") != (self.changes is not None):
            raise ValueError("expected changes for the action update, and for no other action")
        if self.changes is not None and "key_alias" in self.changes.model_fields_set:
            raise ValueError("expected changes without key_alias, because every key has a name of its own")
        return self


class BulkKeyResult(BaseModel):
    """What happened to one key, or would happen. `error` says why a key was not changed."""

    model_config = ConfigDict(frozen=True)

    token: str
    key_alias: str | None
    status: Literal["changed", "unchanged", "failed"]
    error: str | None = None
    hint: str | None = None


class BulkView(BaseModel):
    """The result for each key, in the order of the request, and the number of changed keys."""

    model_config = ConfigDict(frozen=True)

    results: list[BulkKeyResult]
    changed: int
    preview: bool
