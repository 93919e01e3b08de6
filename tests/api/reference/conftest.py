"""The OpenAPI document of a Keydesk with every feature turned on. No server is started."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from keydesk.app import API, create_app
from tests.api.matrix.callers import LEAKS, PEOPLE, rules
from tests.support.desk.configuring import Surroundings
from tests.support.upstream.address import Upstream

Document = dict[str, Any]
NOWHERE = Upstream("none", "http://127.0.0.1:9", "sk-none")


@pytest.fixture(scope="session")
def app() -> FastAPI:
    people = [{"ref": name, "groups": groups} for name, groups in PEOPLE.items()]
    settings = Surroundings(NOWHERE, "sqlite:///unused.db").settings(
        litellm=rules(),
        leaks=LEAKS,
        directory={"people": people},
        grants={"litellm.team.create": ["owning-admins"]},
    )
    return create_app(settings)


@pytest.fixture(scope="session")
def document(app: FastAPI) -> Document:
    return app.openapi()


@pytest.fixture(scope="session")
def operations(document: Document) -> Document:
    """Return every operation by method and path below the API's, such as `GET /keys`."""
    return dict(_operations(document))


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path.removeprefix(API)}", operation
