"""HTTP client of Backstage's catalog: people and groups by reference. No cache, no outage handling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError

from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError
from keydesk.kit.labels import Labels

MAX_REFS = 100
"""References per call: 100 take about 8 kB, and the catalog accepts bodies of up to 100 kB."""
_FIELDS = [
    "kind",
    "metadata.namespace",
    "metadata.name",
    "metadata.title",
    "spec.profile.email",
    "spec.profile.displayName",
    "relations",
]
# The catalog derives both relations from either side of a membership (`spec.memberOf` and `spec.members`,
# `spec.parent` and `spec.children`).
_UPWARD = {"user": "memberOf", "group": "childOf"}


BY_REFS = "/api/catalog/entities/by-refs"


class CatalogError(Exception):
    """The catalog returned no usable response. The text gives the reason for the log, without response data.

    `kind` is set if there was no response, and `status` if it was an error.
    """

    def __init__(self, reason: str, *, kind: FailureKind | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.status = status


@dataclass(frozen=True, slots=True)
class CatalogEntity:
    """A person or a group. `groups` are the direct parent groups as full lower-case references.

    `described` is False for a group that other entities refer to but that the catalog does not contain.
    """

    email: str | None = None
    display_name: str | None = None
    groups: frozenset[str] = frozenset()
    described: bool = True
    cost_center: str | None = None
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of users with their cost center, and with labels by the name of the label."""

    cost_center: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def are_used(self) -> bool:
        return bool(self.cost_center or self.labels)

    def labels_in(self, found: Mapping[str, str | None]) -> Labels:
        """Return the labels in the annotations of a user."""
        named = ((label, found.get(annotation)) for label, annotation in self.labels.items())
        return tuple((label, text) for label, text in named if text)


class Catalog:
    """`base_url` is Backstage's backend; `token` is a static external-access token (`backend.auth.externalAccess`)."""

    def __init__(
        self,
        http_client: HttpClient,
        base_url: str,
        token: SecretStr,
        annotations: Annotations = Annotations(),
    ) -> None:
        self._http_client = http_client
        self._url = base_url.rstrip("/") + BY_REFS
        self._token = token
        self._annotations = annotations
        # The catalog selects members by dotted paths, and names of annotations contain dots.
        self._fields = [*_FIELDS, *(["metadata.annotations"] if annotations.are_used else [])]

    async def entities(self, refs: Sequence[str]) -> dict[str, CatalogEntity | None]:
        """Return the entity of each of up to `MAX_REFS` full lower-case references, or None if it does not exist.

        Source: `POST /api/catalog/entities/by-refs`, which keeps the order of the request and compares references
        exactly, in lower case. Raises CatalogError.
        """
        try:
            items = await self._items(refs)
        except HttpClientError as failure:
            if failure.kind is not FailureKind.TOO_LARGE or len(refs) == 1:
                raise CatalogError(str(failure.kind), kind=failure.kind) from None
        else:
            return {ref: self._entity(ref, item) for ref, item in zip(refs, items, strict=True)}
        # A group's relations list all its members, so a batch of large groups is split in halves.
        half = len(refs) // 2
        return await self.entities(refs[:half]) | await self.entities(refs[half:])

    async def _items(self, refs: Sequence[str]) -> "list[_Item | None]":
        reply = await self._http_client.post(
            self._url,
            {"entityRefs": list(refs), "fields": self._fields},
            headers={"Authorization": f"Bearer {self._token.get_secret_value()}"},
        )
        if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise CatalogError(f"Keydesk's credential was rejected with {reply.status}", status=reply.status)
        if reply.status != HTTPStatus.OK:
            raise CatalogError(f"returned {reply.status}", status=reply.status)
        try:
            items = _Answer.model_validate(reply.json).items
        except ValidationError:
            raise CatalogError("returned an unexpected response") from None
        if len(items) != len(refs):
            raise CatalogError("returned entities that were not requested")
        return items

    def _entity(self, ref: str, item: "_Item | None") -> CatalogEntity | None:
        if item is None:
            return None
        if item.ref != ref:
            raise CatalogError("returned entities that were not requested")
        profile = (item.spec and item.spec.profile) or _Profile()
        upward = _UPWARD.get(item.kind.lower())
        targets = {relation.target.lower() for relation in item.relations if relation.type == upward}
        groups = frozenset(target for target in targets if target.startswith("group:"))
        found, names = item.metadata.annotations, self._annotations
        return CatalogEntity(
            profile.email,
            profile.display_name or item.metadata.title,
            groups,
            cost_center=found.get(names.cost_center) if names.cost_center else None,
            labels=names.labels_in(found),
        )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


Text = Annotated[str | None, BeforeValidator(_text)]


class _Profile(BaseModel):
    email: Text = None
    display_name: Annotated[Text, Field(alias="displayName")] = None


class _Spec(BaseModel):
    profile: _Profile | None = None


class _Metadata(BaseModel):
    name: str
    namespace: str = "default"
    title: Text = None
    annotations: dict[str, Text] = {}


class _Relation(BaseModel):
    type: str
    target: Annotated[str, Field(alias="targetRef")]


class _Item(BaseModel):
    kind: str
    metadata: _Metadata
    spec: _Spec | None = None
    relations: list[_Relation] = []

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.metadata.namespace}/{self.metadata.name}".lower()


class _Answer(BaseModel):
    items: list[_Item | None]
