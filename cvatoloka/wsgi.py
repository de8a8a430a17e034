"""WSGI entry point, for granian."""
import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cvatoloka.settings")
application = get_wsgi_application()
# Else the first request would wait for every view.
_ = get_resolver().url_patterns
# What is loaded stays: without this the collector walks through all of it in the middle of every few large answers.
gc.collect()
gc.freeze()
