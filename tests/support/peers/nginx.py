"""nginx as the reverse proxy in front of Backstage and Keydesk."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.upstream.certificates import CERTIFICATES

_CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /api/litellm {{ proxy_pass {keydesk}; proxy_set_header Host $host:$server_port; }}
    location / {{ proxy_pass {backstage}; proxy_set_header Host $host:$server_port; }}
  }}
}}
"""


@contextmanager
def running_nginx(folder: Path, port: int, keydesk: str, backstage: str) -> Iterator[str]:
    """Start nginx, which forwards `/api/litellm` to Keydesk and the rest to Backstage. Yield its URL."""
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if binary is None:
        raise RuntimeError("nginx is not installed")
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, keydesk=keydesk, backstage=backstage))
    process = subprocess.Popen([binary, "-c", str(config), "-p", str(folder)])  # noqa: S603 - a fixed program
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx2.get(f"{address}/api/litellm/health/live", trust_env=False, verify=CERTIFICATES)
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)
