"""Benchmarks of Keydesk: `make bench`, or `python benchmarks/run.py` in the project's environment.

What is measured. All subjects of a part are measured together and with the same gateway:

- reads:        a page load and each of its reads on 32 connections: Keydesk, the Backstage plugin that it replaces
                (`reference/`), LiteLLM called directly, and a bare Starlette route that returns the same bytes; and the
                number of upstream calls of a page load.
- credentials:  a hot read with a token of Backstage, of an OpenID Connect provider and of the demo sign-in, and a
                refusal over the rate limit, each in turn with a bare Starlette route that returns the same bytes.
- generate:     creating a key through Keydesk, through the reference, and in LiteLLM itself, in turn.
- usage:        365 days of 50 keys and 40 models: the first read, later reads, and the completeness of each.
- outage:       LiteLLM becomes unavailable while everything is warm.
- portal:       the size and the time of the pages, also with 500 keys, 200 teams, 2,000 members and 365 days.
- people:       the memory of 10,000 people in one process, and of a soak in which people come, change data and leave.
- consistency:  changes at one of two replicas, each with a read at one of them.
- provisioning: new people with five parallel first calls each, at two replicas: each must get exactly one account.
- start:        from spawn to ready, and memory, compared with a minimal FastAPI service.
- token:        `keydesk token`, which coding tools run before their requests, compared with bare Python.
- all-keys:     only when named, with LITELLM_DATABASE_URL: the index of 100,000 keys in a real LiteLLM.
- calls:        only when named, with LITELLM_DATABASE_URL: pages and a file of 1,000,000 calls in a real LiteLLM.
- statements:   only when named: files of a year of statements with 2,000,000 rows.

    python benchmarks/run.py                                 everything, in at most 20 minutes
    python benchmarks/run.py --full                          longer, with a soak of ten minutes: at most 40 minutes
    python benchmarks/run.py --only people --soak 600        one part again; the other results stay
    python benchmarks/run.py --quick                         roughly, in at most 6 minutes; writes nothing
    python benchmarks/run.py --only pace                     the speed of each call of the gateway alone

Results are stored in `results.json`, one entry per part, and written to `RESULTS.md`, each with its time and the load
average before it.

The gateway is the real LiteLLM of LITELLM_URL and LITELLM_MASTER_KEY (people, teams and keys are created there and
deleted again; months of usage only with LITELLM_DATABASE_URL), otherwise the sandbox, slowed to the speed of a real
LiteLLM. Thousands of people and changes are always measured with the sandbox at its own speed, because LiteLLM would
need hours. PostgreSQL is that of KEYDESK_TEST_POSTGRES_URL, otherwise one is started from PyPI binaries. The
reference needs Node.js, whose npm installs it here on first use. Without it, its rows are missing.

Debian's `wrk` generates the load if it is installed and responses are fast, otherwise our own closed loop does
(`load/`). Only wrong counts are failures.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The benchmarks are a package beside `tests`, whose PostgreSQL they use; neither is installed.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.suite import main

    sys.exit(main())
