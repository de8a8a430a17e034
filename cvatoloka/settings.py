"""All settings, all from the environment. Every name read here stands in .env.example and docs/operations.md."""
from pathlib import Path

import environ

from cvatoloka.storages import media_storage
from cvatoloka.task_pages import TOLOKA_ORIGINS

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# A checkout's own .env first, then what the embedded stack wrote when it started; real variables win over both.
for _file in (BASE_DIR / ".env", BASE_DIR / ".data" / "embedded.env"):
    if env.bool("READ_ENV_FILES", default=True) and _file.is_file():
        env.read_env(str(_file))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Fernet keys for stored API keys, newest first: put a new one in front to rotate.
CREDENTIALS_KEYS = env.list("CREDENTIALS_KEYS")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
CROWDSOURCING_ENABLED = env.bool("CROWDSOURCING_ENABLED", default=True)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "cvatoloka",
    "annotation",
    *(["crowdsourcing"] if CROWDSOURCING_ENABLED else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "annotation.policy.PagePolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "annotation.timezone.UserTimezoneMiddleware",
]
ROOT_URLCONF = "cvatoloka.urls"
WSGI_APPLICATION = "cvatoloka.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A probe or a page must fail within seconds when the server is away.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Durable blocks and the provider guard need real transaction borders: never wrap whole requests.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": {"BACKEND": "cvatoloka.caches.OptionalRedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=2)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="cvatoloka")
CELERY_BEAT_SCHEDULER = "cvatoloka.beat:Scheduler"
CELERY_TIMEZONE = "UTC"
# Tests only: run tasks in the caller's process.
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)

# Tests take a fast one; everybody else Django's own order.
PASSWORD_HASHERS = env.list("PASSWORD_HASHERS", default=[
    "django.contrib.auth.hashers.PBKDF2PasswordHasher"])
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "annotation:login"
LOGIN_REDIRECT_URL = "annotation:project_list"
LOGOUT_REDIRECT_URL = "annotation:login"
SIGNUP_ENABLED = env.bool("SIGNUP_ENABLED", default=True)
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cvatoloka@localhost")
# Seconds: a mail server that does not answer must not hold the request of whoever invites somebody.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
# How long an invitation to an organization may be taken.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
# Third-party front-end libraries, bundled at set-up from the npm lock; never committed.
STATICFILES_DIRS = [BASE_DIR / "static_vendor"] if (BASE_DIR / "static_vendor").is_dir() else []
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".data" / "media"))
MEDIA_URL = "/media/"  # never served directly: frames go through views that check permission
# Empty: the folder above. Else s3://key:secret@host/bucket?region=… (cvatoloka/storages.py).
MEDIA_STORAGE_URL = env.str("MEDIA_STORAGE_URL", default="")
# What a front server calls the folder above, as an internal location: it then sends the files itself. Empty: this process does.
MEDIA_ACCEL_LOCATION = env.str("MEDIA_ACCEL_LOCATION", default="")
STORAGES = {
    "default": media_storage(MEDIA_STORAGE_URL),
    "staticfiles": {"BACKEND": env.str(
        "STATICFILES_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")},
}
DATA_UPLOAD_MAX_NUMBER_FILES = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    # Django's own keeps every file of a request open: ten thousand are more than a process may have.
    "annotation.uploading.ClosedFileUploadHandler",
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotation.api.authentication.AccessTokenAuthentication",
        "annotation.api.authentication.PasswordAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "annotation.api.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # CVAT's media type beside JSON at every door; both through orjson, which refuses what is nested without end.
    "DEFAULT_RENDERER_CLASSES": [
        "annotation.api.json.JSONRenderer", "annotation.api.json.CvatJSONRenderer", "annotation.api.browsing.PageRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "annotation.api.json.JSONParser", "annotation.api.json.CvatJSONParser", "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "annotation.api.negotiation.Negotiation",
    "DEFAULT_VERSIONING_CLASS": "annotation.api.versions.AcceptedVersion",
    "EXCEPTION_HANDLER": "annotation.api.errors.exception_handler",
    "PAGE_SIZE": 10,
    # Whose address is counted when logins are limited: without a proxy of ours, X-Forwarded-For is anybody's word.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    # ?format= names the format of an export, as at CVAT; it does not choose a renderer.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "cvatoloka",
    "DESCRIPTION": "Image annotation by a crowd: projects, tasks and jobs, pools, assignments and their review.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- images ---------------------------------------------------------------------------------------------------------
INGEST_MAX_FILES = env.int("INGEST_MAX_FILES", default=10_000)
INGEST_MAX_FILE_BYTES = env.int("INGEST_MAX_FILE_BYTES", default=50 * 1024 * 1024)
INGEST_MAX_TOTAL_BYTES = env.int("INGEST_MAX_TOTAL_BYTES", default=10 * 1024 * 1024 * 1024)
INGEST_MAX_PIXELS = env.int("INGEST_MAX_PIXELS", default=100_000_000)
INGEST_URL_TIMEOUT = env.int("INGEST_URL_TIMEOUT", default=20)
INGEST_MAX_VIDEO_SECONDS = env.int("INGEST_MAX_VIDEO_SECONDS", default=4 * 3600)
# A folder of this machine (of web and workers alike) that everybody with an account may make tasks from. Empty: none.
SHARE_ROOT = env.str("SHARE_ROOT", default="")
# Shapes out of files: the file, and the annotations inside its archive; shapes and tags of one; pixels of all masks' boxes together.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=256 * 1024 * 1024)
IMPORT_MAX_SHAPES = env.int("IMPORT_MAX_SHAPES", default=100_000)
IMPORT_MAX_MASK_PIXELS = env.int("IMPORT_MAX_MASK_PIXELS", default=20_000_000_000)
# The Python that has Datumaro, for the formats that are its own; bin/formats makes this one.
DATUMARO_PYTHON = env.str("DATUMARO_PYTHON", default=str(BASE_DIR / ".venv-formats/bin/python"))
# Of one backup: the archive and what it unpacks to, its frames, its shapes and tags. Greater ones are neither made nor taken.
BACKUP_MAX_BYTES = env.int("BACKUP_MAX_BYTES", default=100 * 1024 * 1024 * 1024)
BACKUP_MAX_FRAMES = env.int("BACKUP_MAX_FRAMES", default=100_000)
BACKUP_MAX_SHAPES = env.int("BACKUP_MAX_SHAPES", default=2_000_000)
# One picture of a guide, bytes, and how many a project may have.
ASSET_MAX_BYTES = env.int("ASSET_MAX_BYTES", default=10 * 1024 * 1024)
ASSET_MAX_COUNT = env.int("ASSET_MAX_COUNT", default=200)
# Hosts (or host:port) that may be fetched from although they resolve to private addresses.
INGEST_ALLOWED_PRIVATE_HOSTS = env.list("INGEST_ALLOWED_PRIVATE_HOSTS", default=[])

# --- webhooks out ---------------------------------------------------------------------------------------------------
# Hosts (or host:port) that may be told of events although they resolve to private addresses.
WEBHOOKS_ALLOWED_PRIVATE_HOSTS = env.list("WEBHOOKS_ALLOWED_PRIVATE_HOSTS", default=[])
WEBHOOKS_TIMEOUT_SECONDS = env.float("WEBHOOKS_TIMEOUT_SECONDS", default=10.0)
# Told at the same time by all workers together, and how long deliveries are kept.
WEBHOOKS_PARALLEL = env.int("WEBHOOKS_PARALLEL", default=8)
WEBHOOKS_KEEP_DAYS = env.int("WEBHOOKS_KEEP_DAYS", default=30)

# --- the crowd ------------------------------------------------------------------------------------------------------
SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8090").rstrip("/")
# The sandbox as the requester's browser reaches it, where that differs (containers).
SANDBOX_PUBLIC_URL = env.str("SANDBOX_PUBLIC_URL", default=SANDBOX_URL).rstrip("/")
# The origin of the sandbox's task pages, which frame the editor.
SANDBOX_FRAME_ORIGIN = env.str("SANDBOX_FRAME_ORIGIN", default="http://tasks.localhost:8090").rstrip("/")
TOLOKA_PRODUCTION_URL = env.str("TOLOKA_PRODUCTION_URL", default="https://toloka.dev").rstrip("/")
# Other servers that speak Toloka's API and may be chosen in the form.
TOLOKA_ALLOWED_URLS = env.list("TOLOKA_ALLOWED_URLS", default=[])
# Who may frame the editor: origins of the platform's task pages.
EDITOR_FRAME_ANCESTORS = env.list("EDITOR_FRAME_ANCESTORS", default=list(TOLOKA_ORIGINS))
PLATFORM_TIMEOUT_SECONDS = env.float("PLATFORM_TIMEOUT_SECONDS", default=30.0)
COMMAND_MAX_ATTEMPTS = env.int("COMMAND_MAX_ATTEMPTS", default=14)
COMMAND_RELEASE_SECONDS = env.int("COMMAND_RELEASE_SECONDS", default=300)
SYNC_OVERLAP_SECONDS = env.int("SYNC_OVERLAP_SECONDS", default=120)
# The application as the platform reaches it: pools that are started have their news sent there. Empty: news comes by schedule only.
WEBHOOK_BASE_URL = env.str("WEBHOOK_BASE_URL", default=PUBLIC_URL).rstrip("/")
SANDBOX_WEBHOOK_BASE_URL = env.str("SANDBOX_WEBHOOK_BASE_URL", default=WEBHOOK_BASE_URL).rstrip("/")
# Days after a rejection during which the platform may still turn it (Toloka: 9), and the fee shown as an estimate.
DISPUTE_DAYS = env.int("DISPUTE_DAYS", default=9)
PLATFORM_FEE_PERCENT = env.int("PLATFORM_FEE_PERCENT", default=30)
# Seconds between two looks at a verification with open questions, and hours without an answer after which its page says so.
VERIFICATION_LOOK_SECONDS = env.float("VERIFICATION_LOOK_SECONDS", default=20.0)
VERIFICATION_QUIET_HOURS = env.int("VERIFICATION_QUIET_HOURS", default=6)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # httpx logs every request line at INFO; toloka-kit logs headers at DEBUG: neither belongs in our log.
    "loggers": {"httpx": {"level": "WARNING"}, "toloka": {"level": "WARNING"}},
}
