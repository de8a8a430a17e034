"""The sandbox's settings, all from the environment; each name stands in docs/operations.md.

They share nothing with the application's: other database, other cookies, other key, other port.
"""
import os
from pathlib import Path
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
for _file in (BASE_DIR / ".env", BASE_DIR / ".data" / "embedded.env"):
    if env.bool("READ_ENV_FILES", default=True) and _file.is_file():
        env.read_env(str(_file))

DEBUG = False
SECRET_KEY = env.str("SANDBOX_SECRET_KEY")
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8090)
SANDBOX_PUBLIC_URL = env.str("SANDBOX_PUBLIC_URL", default=f"http://localhost:{SANDBOX_PORT}").rstrip("/")
# Task pages run on an origin of their own, as Toloka's do: what a task's script does cannot reach the desk.
SANDBOX_FRAME_ORIGIN = env.str("SANDBOX_FRAME_ORIGIN", default=f"http://tasks.localhost:{SANDBOX_PORT}").rstrip("/")
# Clock, faults and robots over HTTP: for demos and tests. Loopback only even when on.
SANDBOX_CONTROL = env.bool("SANDBOX_CONTROL", default=False)
SANDBOX_FEE_PERCENT = env.str("SANDBOX_FEE_PERCENT", default="30")
SANDBOX_RATE_LIMITS = env.bool("SANDBOX_RATE_LIMITS", default=False)
# The least time between a pool's last answer and its COMPLETED close, whatever the pool asks for.
SANDBOX_COMPLETION_GRACE_SECONDS = env.int("SANDBOX_COMPLETION_GRACE_SECONDS", default=0)
# The most assignments a pool ever has; then it closes.
SANDBOX_POOL_ASSIGNMENTS = env.int("SANDBOX_POOL_ASSIGNMENTS", default=2_000_000)
SANDBOX_REJECTION_DAYS = env.int("SANDBOX_REJECTION_DAYS", default=9)
SANDBOX_APPEAL_DAYS = env.int("SANDBOX_APPEAL_DAYS", default=7)
# Where files that Tolokers upload are kept; not to be shared by two databases.
SANDBOX_FILES = env.str("SANDBOX_FILES", default=str(BASE_DIR / ".data" / "sandbox-files"))
SANDBOX_THREADS = env.int("SANDBOX_THREADS", default=16)
# Waits before each further try of a webhook that was not taken, on the machine's clock; after the last it is given up.
SANDBOX_WEBHOOK_RETRY_SECONDS = env.list("SANDBOX_WEBHOOK_RETRY_SECONDS", cast=float, default=[1.0, 5.0, 30.0, 120.0, 600.0])
# What robots connect to; they run beside the server.
SANDBOX_URL = env.str("SANDBOX_URL", default=f"http://127.0.0.1:{SANDBOX_PORT}").rstrip("/")

ALLOWED_HOSTS = env.list("SANDBOX_ALLOWED_HOSTS", default=[
    "127.0.0.1", "[::1]", ".localhost", "sandbox",
    *(h for h in (urlsplit(SANDBOX_PUBLIC_URL).hostname, urlsplit(SANDBOX_FRAME_ORIGIN).hostname) if h)])
CSRF_TRUSTED_ORIGINS = [SANDBOX_PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sandbox.middleware.ClockMiddleware",
    "sandbox.middleware.RequestLogMiddleware",
    "sandbox.middleware.FaultMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
APPEND_SLASH = False
ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("SANDBOX_DATABASE_URL")}
# The server's threads live as long as it does, so each keeps its connection.
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".data" / "sandbox-static"
STATICFILES_DIRS = [BASE_DIR / "static_vendor"] if (BASE_DIR / "static_vendor").is_dir() else []
# Served straight from the apps' folders: no collecting step before the server can start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = env.bool("SANDBOX_STATIC_AUTOREFRESH", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
os.makedirs(STATIC_ROOT, exist_ok=True)
# The largest legal batch: 1 MiB of input values in 5,000 tasks, with room for keys.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

SESSION_COOKIE_NAME = "sandbox_session"
CSRF_COOKIE_NAME = "sandbox_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SANDBOX_PUBLIC_URL.startswith("https://")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("SANDBOX_LOG_LEVEL", default="INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # Refusals are ordinary answers here; the request log has them.
        "django.request": {"level": "ERROR"},
        # A queued request is normal under load, not worth a line each.
        "waitress.queue": {"level": "ERROR"},
    },
}
