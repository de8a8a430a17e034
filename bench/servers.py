"""Django set up for a measurement: on DATABASE_URL and REDIS_URL where the environment names them, else on servers of its own."""
import atexit
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from cvatoloka.embedded import EmbeddedServices, wanted


def ready(**settings: str) -> None:
    """Call it before anything of Django is imported. What was started, its database and its files go when the process ends."""
    os.environ.setdefault("SECRET_KEY", "bench")
    os.environ.setdefault("CREDENTIALS_KEYS", Fernet.generate_key().decode())
    own = wanted(os.environ)
    if own:
        folder = tempfile.TemporaryDirectory(prefix="cvatoloka-bench-")
        atexit.register(folder.cleanup)
        home = Path(folder.name)
        (home / "media").mkdir()
        services = EmbeddedServices(home / "servers", durable=False)
        os.environ.update({**services.start(), "MEDIA_ROOT": str(home / "media"), "READ_ENV_FILES": "false"})
        atexit.register(services.stop)
    os.environ.update({"LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "cvatoloka.settings", **settings})

    import django
    from django.core.management import call_command

    django.setup()
    if own:
        call_command("migrate", verbosity=0)
