"""`python -m cvatoloka.probe web|worker|beat|sandbox`: exit code 0 while that process of this machine works. For containers."""
import os
import socket
import sys
from urllib.error import URLError
from urllib.request import urlopen


def web() -> bool:
    """The web server answers /healthz (which port: GRANIAN_PORT)."""
    return _answers(f"http://127.0.0.1:{os.environ.get('GRANIAN_PORT', '8000')}/healthz")


def sandbox() -> bool:
    """The sandbox's server answers (which port: SANDBOX_PORT). Any answer will do: a fault may be planned for one."""
    with socket.create_connection(("127.0.0.1", int(os.environ.get("SANDBOX_PORT", "8090"))), timeout=5):
        return True


def worker() -> bool:
    """This machine's Celery worker gave a sign of life."""
    from cvatoloka import heartbeat

    return f"celery@{socket.gethostname()}" in heartbeat.alive()


def beat() -> bool:
    """This machine's Celery beat gave a sign of life."""
    from cvatoloka import heartbeat

    return f"beat@{socket.gethostname()}" in heartbeat.alive(heartbeat.SCHEDULER)


def _answers(url: str) -> bool:
    with urlopen(url, timeout=5) as answer:  # the address is ours
        return bool(answer.status == 200)


PROBES = {"web": web, "worker": worker, "beat": beat, "sandbox": sandbox}


def main(arguments: list[str]) -> int:
    """0 works, 1 does not, 2 unknown name."""
    if len(arguments) != 1 or arguments[0] not in PROBES:
        print(f"usage: python -m cvatoloka.probe {'|'.join(PROBES)}", file=sys.stderr)  # noqa: T201
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cvatoloka.settings")
    try:
        return 0 if PROBES[arguments[0]]() else 1
    except (URLError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
