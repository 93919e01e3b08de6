"""Side-by-side benchmarks of Keydesk: `make bench`, or `python benchmarks/run.py` in the project's environment.

What is measured, all in one run:

- start:        `keydesk serve` from spawn to ready with a warm database, and its memory, beside the least FastAPI
                service under uvicorn.
- reads:        the routes of a page load and the making of a key, at 1 and 8 connections, each beside (a) the upstream
                calls it needs, made straight at the gateway with httpx2, and (b) a bare Starlette route that returns
                the same bytes. How many upstream calls a request costs is counted by the sandbox gateway.
- provisioning: 1,000 new people, five first calls at once each, over two processes that share one PostgreSQL:
                exactly 1,000 accounts must come of it.

    python benchmarks/run.py                                 everything, about five minutes; writes RESULTS.md
    python benchmarks/run.py --only start,reads --quick      parts of it, roughly; prints and writes nothing
    python benchmarks/run.py --only pace                     how fast the gateway alone answers each call

The gateway is the real LiteLLM when LITELLM_URL and LITELLM_MASTER_KEY name one (people, teams and keys are made there
and taken away again; months of usage only with LITELLM_DATABASE_URL), otherwise the sandbox, slowed to the pace of
a real LiteLLM. PostgreSQL is that of KEYDESK_TEST_POSTGRES_URL, otherwise one is started from PyPI binaries.

The load generator is ours (`connection.py`, `load.py`): a closed loop over keep-alive connections with httptools,
in one process; what it reaches with the bare route is its own ceiling. Everything runs on one machine and shares
its cores, so figures compare within a run, not between machines. Only the exactness of the counts can fail.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The benchmarks are a package beside `tests`, whose PostgreSQL they use; neither is installed.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.suite import main

    sys.exit(main())
