"""The Celery application. Rooms register their tasks, and declare which of them are periodic, in their own tasks modules."""
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging

from cvatoloka.broker import outlive_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cvatoloka.settings")
app = Celery("cvatoloka")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
outlive_redis()


@celeryd_init.connect
def add_heartbeat(sender: str, **kwargs: Any) -> None:
    """Only a worker needs the sign of life; it reads Django's settings, which importing this module must not."""
    from cvatoloka.heartbeat import HeartbeatStep

    app.steps["worker"].add(HeartbeatStep)


@setup_logging.connect
def keep_our_log(**kwargs: Any) -> None:
    """LOG_LEVEL counts here too: where nobody listens to this signal, Celery puts handlers and a level of its own in the place of ours."""
