"""Where the parts of a demo answer, and the environment that tells each of them."""
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cvatoloka.task_pages import TOLOKA_ORIGINS


@dataclass(frozen=True)
class Addresses:
    """The demo's two HTTP servers on the loopback interface."""

    port: int
    sandbox_port: int

    @property
    def app(self) -> str:
        """The application, for browsers and robots."""
        return f"http://localhost:{self.port}"

    @property
    def sandbox(self) -> str:
        """The sandbox, for browsers."""
        return f"http://localhost:{self.sandbox_port}"

    @property
    def sandbox_api(self) -> str:
        """The sandbox, for programs on this machine."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def task_pages(self) -> str:
        """The origin of the sandbox's task pages: they frame our editor, as Toloka's own pages do. Browsers resolve it to loopback."""
        return f"http://tasks.localhost:{self.sandbox_port}"


def environment(addresses: Addresses, services: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Variables for every process of the demo. `services` is the part that leads to PostgreSQL and Redis; `directory` keeps the data."""
    # Importing our package names the application's settings; the sandbox's processes must find the name free for their own.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {
        **inherited, **services,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "PUBLIC_URL": addresses.app, "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "MEDIA_ROOT": str(directory / "media"), "STATIC_ROOT": str(directory / "static"),
        "GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(addresses.port), "GRANIAN_WORKERS": "1", "GRANIAN_BLOCKING_THREADS": "8",
        "CELERY_WORKER_CONCURRENCY": "2",
        "SANDBOX_URL": addresses.sandbox_api, "SANDBOX_PUBLIC_URL": addresses.sandbox, "SANDBOX_FRAME_ORIGIN": addresses.task_pages,
        "SANDBOX_PORT": str(addresses.sandbox_port), "SANDBOX_CONTROL": "true",
        "EDITOR_FRAME_ANCESTORS": ",".join((addresses.sandbox, addresses.task_pages, *TOLOKA_ORIGINS))}
