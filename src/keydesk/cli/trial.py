"""Asks a model with the key of this machine, and explains each refusal of the gateway with what to do next."""

from dataclasses import dataclass
from typing import Any

from keydesk.calls.models import Refusal
from keydesk.calls.refusals import refusal_of, words_of
from keydesk.cli.printable import printable
from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.gateway import Gateway, GatewayRefused, Used, Write
from keydesk.client.machine_key import MachineKey, Wishes, how_to_renew
from keydesk.client.server import ApiRequest, Server
from keydesk.client.session import Session
from keydesk.kit.redaction import redacted
from keydesk.litellm import CallError

_NOT_SIGNED_IN, _SERVER_ERRORS, _LONGEST_TEXT = 401, 500, 300
_BUDGETS = {each for each in Refusal if each.endswith("_budget")}
_BUSY = {each for each in Refusal if each.endswith("rate_limit")} | {Refusal.PARALLEL_REQUESTS}
_MODELS = {Refusal.MODEL_NOT_ALLOWED, Refusal.UNKNOWN_MODEL}


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer cost in US dollars. `usd` is None if nobody knows."""

    usd: float | None
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """Asks models as the person of a session. `tool` is the tool whose key is used, as for `keydesk token`."""

    session: Session
    server: Server
    key: MachineKey
    tool: str = ""

    async def ask(self, gateway: Gateway, model: str, message: str, write: Write) -> Used | None:
        """Write the answer in pieces. Return what it used. Raises ClientError with what to do."""
        secret = await self.key.secret(Wishes(self.tool))
        try:
            return await gateway.answer(secret, model, message, write)
        except GatewayRefused as refused:
            raise await self._explained(refused, secret) from None

    async def cost(self, used: Used | None, model: str) -> Cost:
        """Return the gateway's cost, or else an estimate from the prices of the model."""
        if used is None or used.cost is not None:
            return Cost(used.cost if used else None, is_estimate=False)
        found = await self.session.get("/models")
        prices = next((each for each in found if each["model_name"] == model), None)
        return Cost(_estimate(used, prices) if prices else None, is_estimate=True)

    async def _explained(self, refused: GatewayRefused, secret: str) -> ClientError:
        text = printable(redacted(refused.said))[:_LONGEST_TEXT]
        refusal = refusal_of(CallError(text=refused.said, code=refused.http_status))
        if refusal in _MODELS:
            return ClientError(f"{words_of(refusal)} {await self._allowed(secret)}")
        if refusal in _BUDGETS:
            return ClientError(f"{words_of(refusal)} Run: keydesk budget")
        if refusal is Refusal.TEAM_BLOCKED:
            return ClientError(f"{words_of(refusal)} Ask an admin of the team.")
        if refused.http_status == _NOT_SIGNED_IN:
            return ClientError(
                f"The gateway does not accept the key of this machine. {how_to_renew(self.tool)}"
            )
        if refusal in _BUSY or refused.http_status >= _SERVER_ERRORS:
            return Unavailable(f"{words_of(refusal)} Try again later. The gateway said: {text}")
        return ClientError(f"{refused} It said: {text}")

    async def _allowed(self, secret: str) -> str:
        """Return a sentence with the models that the key can use."""
        models = (await self.server.call(ApiRequest("GET", "/me"), secret))["models"]
        return printable(f"It can use: {', '.join(models) or 'no model'}.")


def _estimate(used: Used, prices: dict[str, Any]) -> float | None:
    price_in, price_out = prices["input_cost_per_token"], prices["output_cost_per_token"]
    if price_in is None or price_out is None:
        return None
    return float(used.prompt_tokens * price_in + used.completion_tokens * price_out)
