"""What a tool is set up with: the gateway's address, and the models that the person can use."""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keydesk.client.errors import ClientError, WrongUsage
from keydesk.client.key_file import USUAL_PROFILE
from keydesk.client.machine_key import Wishes
from keydesk.client.session import Session
from keydesk.client.setup.plan import Given, Offered, Tool
from keydesk.models.examples import chat_models, example_model, is_chat, named_model
from keydesk.models.models import ModelView
from keydesk.models.policy import Reach
from keydesk.models.wildcards import covers

_PLAIN_NAME = re.compile(r"[\w.*/:@+ -]+")
_PLAIN_ADDRESS = re.compile(r"https?://[\w.:/\[\]%~-]+")
"""Other characters can have a meaning in the files of tools, such as `{file:...}` for OpenCode."""
PLACEHOLDER = "the-key-of-this-machine"
"""Stands for a key that does not exist yet."""


async def given_for(session: Session, tool: Tool, wishes: Wishes, model: str | None) -> Given:
    """Return what the tool is set up with, without its key. Raises ClientError if there is no suitable model."""
    config = await session.get("/config")
    found = [ModelView(**each) for each in await session.get("/models")]
    catalogue = [each for each in found if _PLAIN_NAME.fullmatch(each.model_name)]
    listed = await _listed(session, config, wishes.team)
    chats = chat_models(listed, catalogue)
    name = _checked(model, listed, catalogue) if model else _chosen(tool, listed, catalogue)
    offered = [_offered(each) for each in chats]
    if name not in {each.name for each in offered}:
        offered.append(Offered(name))
    return Given(
        _gateway(config["baseUrl"]), name, offered, command_for(tool, session.profile.name), PLACEHOLDER
    )


def _gateway(address: str) -> str:
    if not _PLAIN_ADDRESS.fullmatch(address):
        raise ClientError("The address of the gateway has unusual characters. Ask your administrators.")
    return address.rstrip("/")


def command_for(tool: Tool, profile: str) -> tuple[str, ...]:
    """Return the command that prints the tool's key. It works in every folder."""
    running = (Path(sys.argv[0]), Path(f"{sys.argv[0]}.exe"))  # Windows' programs leave out their ending
    programs = (str(each) for each in running if each.is_absolute() and each.is_file())
    found = next(programs, None) or shutil.which("keydesk")
    command = (found,) if found and Path(found).stem == "keydesk" else (sys.executable, "-m", "keydesk")
    with_profile = () if profile == USUAL_PROFILE else ("--profile", profile)
    return (*command, "token", "--for", tool.id, *with_profile)


async def _listed(session: Session, config: dict[str, Any], team: str | None) -> Sequence[str]:
    """Return the list of models of the team that owns the key, or else of the account."""
    if team is None and not config["keyGeneration"]["teamRequired"]:
        return (await session.get("/user/info"))["models"]  # type: ignore[no-any-return] # JSON
    teams = await session.get("/teams")
    found = [each for each in teams if team in {None, each["team_id"]}]
    if len(found) != 1:
        raise ClientError("Choose one of your teams with --team ID. To list them, run: keydesk teams")
    return found[0]["models"]  # type: ignore[no-any-return] # JSON


def _chosen(tool: Tool, listed: Sequence[str], catalogue: Sequence[ModelView]) -> str:
    model = named_model(tool.prefers, listed, catalogue) if tool.prefers else None
    model = model or example_model(listed, catalogue)
    if model is None or not is_chat(model):
        raise ClientError("There is no model for text that you can use. Choose another one with --model.")
    return model.model_name


def _checked(model: str, listed: Sequence[str], catalogue: Sequence[ModelView]) -> str:
    names = Reach(listed, catalogue).names
    if not _PLAIN_NAME.fullmatch(model) or "*" in model:
        raise WrongUsage(f"This cannot be the name of a model: {model}")
    if model not in names and not any(covers(name, model) for name in names):
        raise WrongUsage(f"You cannot use the model {model}. To list models, run: keydesk models")
    return model


def _offered(model: ModelView) -> Offered:
    return Offered(model.model_name, model.max_input_tokens, model.max_output_tokens, model.supports_vision)
