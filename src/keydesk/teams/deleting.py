"""What else happens when LiteLLM deletes the keys of a team or of a member."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from keydesk.litellm import Key

DeletingKeys = Callable[[Sequence[Key]], AbstractAsyncContextManager[None]]
"""Runs around a call with which LiteLLM deletes these keys, such as `KeyAllowance.giving_up_all`."""
