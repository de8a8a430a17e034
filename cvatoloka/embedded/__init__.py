"""A real PostgreSQL and a real Redis out of Python wheels, for machines that have neither.

`EmbeddedServices` owns one data directory. It is used by `bin/demo` and by the tests; with DATABASE_URL and REDIS_URL in the
environment nothing here runs. `python -m cvatoloka.embedded` keeps the two servers up for `manage.py` work.
"""
from cvatoloka.embedded.processes import EmbeddedError
from cvatoloka.embedded.services import EmbeddedServices, wanted

__all__ = ["EmbeddedError", "EmbeddedServices", "wanted"]
