"""The periodic tasks: declared by the rooms, kept in the database, changed by admins.

A room's `tasks` module may have SCHEDULE = {name: {"task": dotted name, "schedule": seconds, "options"?: {...}}}. Beat makes a
database row for each name that has none and leaves existing rows alone: django-celery-beat's own start would put the declared interval
back over what an admin had set. Only the dotted name follows the code, because a row that names a moved task can never run.
"""
import socket
import time
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from cvatoloka import heartbeat

Declaration = dict[str, dict[str, Any]]


def declared_schedule() -> Declaration:
    """Everything the installed rooms declare. ValueError when two rooms use one name."""
    found: Declaration = {}
    for config in apps.get_app_configs():
        if config.module is None or not module_has_submodule(config.module, "tasks"):
            continue
        for name, entry in getattr(import_module(f"{config.name}.tasks"), "SCHEDULE", {}).items():
            if name in found:
                raise ValueError(f"Two rooms declare a periodic task named {name!r}.")
            found[name] = dict(entry)
    return found


class KeptEntry(ModelEntry):
    """A schedule entry whose row, once made, belongs to the admins."""

    @classmethod
    def from_entry(cls, name: str, app: Any = None, **entry: Any) -> "KeptEntry":
        existing = PeriodicTask.objects.filter(name=name).first()
        if existing is None:
            return super().from_entry(name, app=app, **entry)
        if existing.task != entry["task"]:
            existing.task = entry["task"]
            existing.save(update_fields=["task"])
        return cls(existing, app=app)


class Scheduler(DatabaseScheduler):
    """django-celery-beat's scheduler over the rooms' declarations."""

    Entry = KeptEntry
    _last_beat = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One round of Celery's loop: send what is due, say that the scheduler lives, return the seconds until the next round."""
        pause: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._last_beat >= heartbeat.INTERVAL_SECONDS:
            self._last_beat = time.monotonic()
            heartbeat.beat(f"beat@{socket.gethostname()}", heartbeat.SCHEDULER)
        return min(pause, heartbeat.INTERVAL_SECONDS)

    def setup_schedule(self) -> None:
        self.install_default_entries(self.schedule)
        self.update_from_dict(declared_schedule())
