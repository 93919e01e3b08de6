"""Finds the token that the platform gives to a job or a pod: GitHub Actions, GitLab, Kubernetes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from keydesk.client.address import LOOPBACK
from keydesk.client.errors import ClientError, Unavailable
from keydesk.kit.http_client import HttpClient, HttpClientError

USUAL_VARIABLE = "KEYDESK_ID_TOKEN"
USUAL_FILE = Path("/var/run/secrets/keydesk/token")
_GITHUB_URL, _GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_OK = 200
_LONGEST = 64 * 1024
_NOT_FOUND = (
    "There is no token of a platform here. GitHub Actions: give the job the permission `id-token: write`. GitLab: add "
    f"`id_tokens` with {USUAL_VARIABLE} to the job. Kubernetes: mount a projected token at {USUAL_FILE}."
)


@dataclass(frozen=True, slots=True)
class WorkloadToken:
    """Where to look for the token: in a file that was named, then in the environment, then in `usual_file`."""

    http: HttpClient
    file: Path | None = None
    variable: str = USUAL_VARIABLE
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    usual_file: Path = USUAL_FILE

    async def read(self, audience: str) -> str:
        """Return a token. Only GitHub makes one for the audience; elsewhere, the job's configuration names it.

        Raises ClientError if there is none, and Unavailable if GitHub does not answer.
        """
        if self.file is not None:
            return _in_file(self.file)
        if self.environ.get(self.variable):
            return self.environ[self.variable].strip()
        if self.environ.get(_GITHUB_URL) and self.environ.get(_GITHUB_TOKEN):
            return await self._from_github(audience)
        if self.usual_file.exists():
            return _in_file(self.usual_file)
        raise ClientError(_NOT_FOUND)

    async def _from_github(self, audience: str) -> str:
        address = self.environ[_GITHUB_URL]
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ClientError(f"{_GITHUB_URL} is not an https URL.")
        headers = {"Authorization": f"Bearer {self.environ[_GITHUB_TOKEN]}"}
        asked = {**dict(parse_qsl(parts.query, keep_blank_values=True)), "audience": audience}
        try:
            reply = await self.http.get(parts._replace(query="").geturl(), headers, asked)
        except HttpClientError:
            raise Unavailable("GitHub cannot be reached for a token of this job.") from None
        token = reply.json.get("value") if isinstance(reply.json, dict) else None
        if reply.status != _OK or not isinstance(token, str):
            raise Unavailable(f"GitHub gave no token for this job (status {reply.status}).")
        return token


def _in_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            token = file.read(_LONGEST).strip()
    except (OSError, UnicodeError):
        raise ClientError(f"The token in {path} cannot be read.") from None
    if not token:
        raise ClientError(f"{path} is empty.")
    return token
