"""The WSGI application of the sandbox."""
import os

from django.core.wsgi import get_wsgi_application

# Not setdefault: the application's own value may be in the environment of whoever starts us.
os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
application = get_wsgi_application()
