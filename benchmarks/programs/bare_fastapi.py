"""A minimal FastAPI service: one route under uvicorn, to compare start time and memory."""

import sys

import uvicorn
from fastapi import FastAPI

from benchmarks.peers.processes import HOST


def main() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
