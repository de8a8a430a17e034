"""The Celery application. Rooms register their tasks in their own tasks modules."""
import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cvatoloka.settings")
app = Celery("cvatoloka")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
