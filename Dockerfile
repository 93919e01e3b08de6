# Keydesk as an image: a build stage with the tools, and a final stage with Python and the package, without the sandbox.
# It runs as an unprivileged user on a read-only root file system. It writes only to /var/lib/keydesk, and only with SQLite.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/build \
 && python -m venv --without-pip /opt/keydesk \
 && for list in requirements/build.txt requirements/node.txt; do \
      test ! -f "$list" || /opt/build/bin/pip install --require-hashes --requirement "$list" || exit 1; done \
 && /opt/build/bin/pip --python /opt/keydesk/bin/python install --require-hashes --requirement requirements/image.txt
COPY . .
RUN PATH="/opt/build/bin:$PATH" /opt/build/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
 && /opt/build/bin/pip --python /opt/keydesk/bin/python install --no-deps --no-index /wheels/keydesk-*.whl

FROM python:${PYTHON}-slim-bookworm
LABEL org.opencontainers.image.title="Keydesk" \
      org.opencontainers.image.description="Self-service accounts, virtual keys, budgets and usage for a LiteLLM gateway" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 keydesk \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/keydesk --create-home --shell /usr/sbin/nologin keydesk
COPY --from=build /opt/keydesk /opt/keydesk
ENV PATH="/opt/keydesk/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    KEYDESK_SERVER__HOST=0.0.0.0 \
    KEYDESK_LOGS__FORMAT=json
WORKDIR /var/lib/keydesk
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('KEYDESK_SERVER__PORT', '8000') + '/api/litellm/health/live', timeout=4)"]
ENTRYPOINT ["keydesk"]
CMD ["serve"]
