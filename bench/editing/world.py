"""The product as it is deployed, for the time of a measurement: own PostgreSQL and Redis, migrated, filled through its services, served."""
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bench.editing import scene
from cvatoloka.embedded import EmbeddedServices
from cvatoloka.embedded.processes import free_port

LABELS = [{"name": name, "color": color} for name, color in
          (("car", "#3b82f6"), ("road", "#f59f00"), ("person", "#d6336c"), ("sign", "#2fb344"))]
SHAPES_A_FRAME = 30


class World:
    """A running application. `url` has no final slash, `cookie` logs the owner in."""

    def __init__(self, url: str) -> None:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
        from django.contrib.sessions.backends.db import SessionStore

        from annotation.services import projects

        self.url = url
        self.owner = get_user_model().objects.create_user("bench", email="bench@example.org")
        project = projects.create_project(actor=self.owner, name="Bench", labels=LABELS)
        self.labels = list(project.labels.order_by("pk").values_list("pk", flat=True))
        self.project = project
        session = SessionStore()
        session.update({SESSION_KEY: str(self.owner.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                        HASH_SESSION_KEY: self.owner.get_session_auth_hash()})
        session.create()
        self.cookie = {"name": "sessionid", "value": session.session_key, "url": url}

    def job(self, name: str, pictures: Iterable[bytes], shapes: dict[int, list[dict[str, Any]]]) -> str:
        """A task with one job, taken in and saved as a person's would be; the address of its editor."""
        from django.core.files.base import ContentFile
        from django.urls import reverse

        from annotation.services import shapes as saving, tasks

        task = tasks.create_task(actor=self.owner, project=self.project, name=name)
        for number, content in enumerate(pictures):
            file = ContentFile(content, name=f"{number:03}.jpg")
            tasks.add_upload(actor=self.owner, task=task, name=f"{number:03}.jpg", file=file, position=number)
        taken_in(tasks.start_ingest(actor=self.owner, task=task))
        job = task.jobs.get()
        contents = {str(number): {"shapes": found, "tags": []} for number, found in shapes.items()}
        saving.save_frames(job=job, revision=job.revision, frames=contents)
        return self.url + reverse("annotation:job_editor", args=[job.pk])

    def crowded(self, count: int, *, boxes: float = 0.6) -> str:
        """One frame with that many shapes."""
        return self.job(f"{count} shapes", scene.frames(scene.FULL_HD, 1), {0: scene.crowd(count, self.labels, boxes=boxes)})

    def long(self, count: int) -> str:
        """A job of so many frames, some shapes on each."""
        some = {number: scene.crowd(SHAPES_A_FRAME, self.labels, seed=number) for number in range(count)}
        return self.job(f"{count} frames", scene.frames(scene.FULL_HD, count), some)

    def large(self, count: int = 300) -> str:
        """Three frames of 8k, so that neighbours are fetched as well."""
        return self.job("8k", scene.frames(scene.EIGHT_K, 3), {0: scene.crowd(count, self.labels, size=scene.EIGHT_K)})


def taken_in(request: Any, seconds: float = 300) -> None:
    """Waits until the worker has read the pictures. RuntimeError with its sentence when it could not."""
    end = time.monotonic() + seconds
    while request.status not in ("finished", "failed") and time.monotonic() < end:
        time.sleep(0.2)
        request.refresh_from_db()
    if request.status != "finished":
        raise RuntimeError(f"The pictures were not taken in ({request.status}). {request.message or 'The worker was too slow.'}")


@contextmanager
def world() -> Iterator[World]:
    """Everything started here is stopped at the end, whatever ends it; killed outright, Linux ends the servers with their parent."""
    with tempfile.TemporaryDirectory(prefix="cvatoloka-bench-") as servers, tempfile.TemporaryDirectory(prefix="cvatoloka-bench-") as name:
        folder, services = Path(name), EmbeddedServices(Path(servers), durable=False)
        try:
            environment = _environment(folder, services.start())
            os.environ.update(environment)
            yield from _served(environment, folder)
        finally:
            services.stop()


def _environment(folder: Path, addresses: dict[str, str]) -> dict[str, str]:
    port = free_port()
    (folder / "media").mkdir()
    return {
        **addresses, "DJANGO_SETTINGS_MODULE": "cvatoloka.settings", "READ_ENV_FILES": "false", "LOG_LEVEL": "WARNING", "DEBUG": "false",
        "SECRET_KEY": "a key for benchmarks only, long enough to please the checks", "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": f"http://localhost:{port}", "ALLOWED_HOSTS": "localhost", "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"), "CELERY_QUEUE": "bench", "EMAIL_URL": "memorymail://", "BENCH_PORT": str(port),
        # Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}


def _served(environment: dict[str, str], folder: Path) -> Iterator[World]:
    from tests.stack.app import AppServer

    server = AppServer(environment, int(environment["BENCH_PORT"]), folder)
    try:
        server.manage("migrate", "--verbosity", "0")  # the tests' databases come migrated, this one is new
        server.start()
        import django

        django.setup()
        yield World(server.url)
    finally:
        server.stop()
