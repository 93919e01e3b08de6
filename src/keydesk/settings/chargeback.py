"""The `chargeback` section: monthly statements of spend by cost center, team, person and model."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import GroupRef, Labelled, LabelName, matching

Label = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=255)]
Month = Annotated[str, matching(r"20\d\d-(0[1-9]|1[0-2])", "a month such as 2026-01")]
CurrencyCode = Annotated[str, matching(r"[A-Z]{3}", "a currency code such as EUR")]
CostCenterSource = Literal["key", "team", "person"]


class GroupCostCenter(Section):
    """The cost center of the members of a group."""

    group: GroupRef
    """The group, such as `group:default/research`. Members of its child groups are included."""
    cost_center: Text
    """The cost center."""


class CostCenters(Section):
    """Where the cost center of spend comes from."""

    sources: Annotated[tuple[CostCenterSource, ...], Field(min_length=1)] = ("key", "team", "person")
    """The sources in order. The first one that has a cost center decides. `key` and `team` are their labels. `person`
    is the directory (`costCenter` of a person in `directory.people`, `directory.backstage.costCenterAnnotation` or
    `costCenterClaim` of an identity provider), then `groups`, and then this label in the `metadata` of
    `litellm.provisioning`."""
    label: Label = "cost_center"
    """The label of keys and teams that contains the cost center."""
    groups: tuple[GroupCostCenter, ...] = ()
    """Cost centers of people without one in the directory. For a person in several groups, the first one applies."""
    unknown: Text = "Unknown"
    """The name of the row for spend without a cost center."""

    @rule
    def _sources_differ(self) -> Faults:
        if len(set(self.sources)) < len(self.sources):
            yield ("sources",), "must not contain a source twice"


class GroupLabels(Section):
    """Labels of the members of a group."""

    group: GroupRef
    """The group, such as `group:default/research`. Members of its child groups are included."""
    labels: Labelled
    """The labels, such as `{department: Research}`."""


class DisplayCurrency(Section):
    """A second currency for statements. LiteLLM counts in US dollars, which always stay in the statement."""

    code: CurrencyCode
    """The currency code, such as EUR."""
    rate: Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=16, decimal_places=8)]
    """The price of one US dollar in this currency. A closed statement keeps the rate with which it was closed."""


class Focus(Section):
    """The names in FOCUS files."""

    provider: Text = "LiteLLM"
    """ProviderName, PublisherName and ServiceName: who offers the models."""
    issuer: Text = "Keydesk"
    """InvoiceIssuerName: who charges for them, such as the platform team."""
    billing_account: Text = "litellm"
    """BillingAccountId: the account that all charges belong to."""


class Chargeback(Section):
    """Monthly statements. Months are calendar months in UTC."""

    enabled: bool = False
    """Read the spend of everyone from LiteLLM once a day, and keep statements."""
    first_month: Month | None = None
    """The first month with a statement. By default, the month in which statements were enabled."""
    close_after_days: Annotated[int, Field(ge=1, le=28)] = 5
    """Days after the end of a month until its statement is closed. It does not change any more then."""
    late_days: Annotated[int, Field(ge=1, le=366)] = 45
    """Days for which Keydesk reads a past day again, once a day. If its month is closed, a difference becomes a
    correction in the next open month."""
    compare_spend_logs: bool = True
    """Compare each day with LiteLLM's spend logs, too, and show in statements by how much they differ and why. LiteLLM
    adds up its spend logs of the last 30 days once a day for this."""
    cost_centers: CostCenters = CostCenters()
    """Where the cost center of spend comes from."""
    labels: Annotated[tuple[LabelName, ...], Field(max_length=10)] = ()
    """Labels by which statements can be grouped, such as `department`. They come from the same sources, in the same
    order, as cost centers: the labels of keys and teams, and for people the directory (`labels` of a person in
    `directory.people`, `directory.backstage.labelAnnotations` or `labelClaims` of an identity provider), then
    `groupLabels`, and then the `metadata` of `litellm.provisioning`."""
    group_labels: tuple[GroupLabels, ...] = ()
    """Labels of people without them in the directory. For a person in several groups, the first one with the label
    applies."""
    display_currency: DisplayCurrency | None = None
    """A second currency for statements."""
    focus: Focus = Focus()
    """The names in FOCUS files."""

    @rule
    def _labels_differ(self) -> Faults:
        if len(set(self.labels)) < len(self.labels):
            yield ("labels",), "must not contain a label twice"

    @rule
    def _group_labels_are_used(self) -> Faults:
        for index, each in enumerate(self.group_labels):
            if not set(each.labels) <= set(self.labels):
                yield ("group_labels", index, "labels"), "must only contain labels that are in labels"
