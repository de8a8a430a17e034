"""`python -m cvatoloka.embedded`: both servers in the foreground, so that `manage.py` and `pytest` have something to talk to."""
import signal
import sys

from cvatoloka.embedded import EmbeddedError, EmbeddedServices
from cvatoloka.embedded.services import DATA_DIR


def main() -> int:
    """Run until Ctrl-C or SIGTERM. 1 and a sentence when the servers cannot start."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with EmbeddedServices(DATA_DIR) as services:
            print(f"PostgreSQL and Redis are up; {services.env_file} leads to them. Ctrl-C stops both.", flush=True)
            signal.pause()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
