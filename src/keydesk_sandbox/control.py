"""`/sandbox/faults` and `/sandbox/calls`: control of a running sandbox with its master key."""

import hmac
from collections.abc import Awaitable, Callable

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from keydesk_sandbox.faults import Faults, Plan
from keydesk_sandbox.journal import Journal

Handler = Callable[[Request], Awaitable[Response]]


def control_routes(faults: Faults, journal: Journal, master_key: SecretStr) -> list[Route]:
    """Return the routes of the sandbox itself."""

    async def get_faults(_request: Request) -> Response:
        return JSONResponse(faults.printed())

    async def put_faults(request: Request) -> Response:
        try:
            faults.replace(Plan.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"detail": error.errors(include_url=False, include_context=False)}, 422)
        return JSONResponse(faults.printed())

    async def get_calls(_request: Request) -> Response:
        return JSONResponse(journal.printed())

    async def delete_calls(_request: Request) -> Response:
        journal.reset()
        return JSONResponse(journal.printed())

    guarded = _guard(master_key)
    return [
        Route("/sandbox/faults", guarded(get_faults), methods=["GET"]),
        Route("/sandbox/faults", guarded(put_faults), methods=["PUT"]),
        Route("/sandbox/calls", guarded(get_calls), methods=["GET"]),
        Route("/sandbox/calls", guarded(delete_calls), methods=["DELETE"]),
    ]


def _guard(master_key: SecretStr) -> Callable[[Handler], Handler]:
    expected = f"Bearer {master_key.get_secret_value()}".encode()

    def guarded(handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, expected):
                return JSONResponse({"detail": "the sandbox's master key is needed"}, 401)
            return await handler(request)

        return checked

    return guarded
