"""Benchmarks of Keydesk: `make bench`, or `python benchmarks/run.py` in the project's environment.

What is measured. All of a part is measured side by side, in one go and against the same gateway:

- reads:        a page load and each of its reads on 32 connections: Keydesk, the Backstage plugin it takes the place of
                (`reference/`), LiteLLM called directly, and a bare Starlette route that returns the same bytes; and how
                many upstream calls a page load costs.
- credentials:  a hot read with a token of Backstage, of an OpenID Connect provider and of the demo sign-in, and a
                refusal over the rate limit, each in turn with a bare Starlette route that returns the same bytes.
- generate:     making a key through Keydesk, through the reference, and at LiteLLM itself, in turn.
- usage:        365 days of 50 keys and 40 models: the first time, afterwards, and how much of it each tells.
- outage:       LiteLLM goes away while everything is warm.
- portal:       what the pages weigh and take, also with 500 keys, 200 teams, 2,000 members and 365 days of usage.
- people:       the memory of 10,000 people in one process, and of a soak in which people come, change and go.
- consistency:  changes at one of two replicas, each with a read at one of them.
- provisioning: new people, five first calls at once each, at two replicas: exactly one account each must come of it.
- start:        from spawn to ready, and memory, beside the least FastAPI service.

    python benchmarks/run.py                                 everything, in at most 20 minutes
    python benchmarks/run.py --full                          longer, with a soak of ten minutes: at most 40 minutes
    python benchmarks/run.py --only people --soak 600        one part again; the other results stay
    python benchmarks/run.py --quick                         roughly, in at most 6 minutes; writes nothing
    python benchmarks/run.py --only pace                     how fast the gateway alone answers each call

Results are kept in `results.json`, one entry a part, and written out in `RESULTS.md`; each says when it was measured,
and how busy the machine was before.

The gateway is the real LiteLLM when LITELLM_URL and LITELLM_MASTER_KEY name one (people, teams and keys are made there
and taken away again; months of usage only with LITELLM_DATABASE_URL), otherwise the sandbox, slowed to the pace of
a real LiteLLM. Thousands of people and changes are always measured with the sandbox at its own speed: LiteLLM would
need hours. PostgreSQL is that of KEYDESK_TEST_POSTGRES_URL, otherwise one is started from PyPI binaries. The
reference needs Node.js, whose npm installs it here on first use; without, its rows are missing.

The load comes from Debian's `wrk` where it is installed and answers are quick, otherwise from a closed loop of our own
(`load/`). Only the exactness of counts can fail.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The benchmarks are a package beside `tests`, whose PostgreSQL they use; neither is installed.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.suite import main

    sys.exit(main())
