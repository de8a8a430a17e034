"""Addresses of databases that tests make, and databases that are migrated once a run and copied where they are needed."""
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import environ
import psycopg2


def url_of(parameters: Mapping[str, Any]) -> str:
    """A DATABASE_URL for a Django connection's `settings_dict` (its NAME is the test database's inside a test)."""
    login = quote(parameters["USER"] or "") + (f":{quote(parameters['PASSWORD'])}" if parameters["PASSWORD"] else "")
    port = f":{parameters['PORT']}" if parameters["PORT"] else ""
    options = urlencode({name: value for name, value in parameters["OPTIONS"].items() if isinstance(value, str)}, quote_via=quote)
    return f"postgres://{login}@{parameters['HOST']}{port}/{parameters['NAME']}" + (f"?{options}" if options else "")


def beside(url: str, name: str) -> str:
    """The DATABASE_URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def execute(url: str, *statements: str) -> None:
    """Run statements, each by itself: databases are not created in a transaction."""
    with _connected(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def migrated(url: str, name: str, sources: Iterable[Path], migrate: Callable[[str], None]) -> str:
    """The name of a database beside `url` that `migrate(its address)` filled, made once for what `sources` hold.

    Copying it (CREATE DATABASE … TEMPLATE) takes a tenth of a second, migrating several.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()[:12]
    whole = f"{name}_migrated_{digest}"
    with _connected(beside(url, "postgres")) as connection, connection.cursor() as cursor:
        # Workers of one run may want it at once; it has its name only when it is whole.
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [whole])
        if cursor.fetchone() is None:
            cursor.execute(f'DROP DATABASE IF EXISTS "{whole}_half"')
            cursor.execute(f'CREATE DATABASE "{whole}_half"')
            migrate(beside(url, f"{whole}_half"))
            cursor.execute(f'ALTER DATABASE "{whole}_half" RENAME TO "{whole}"')
    return whole


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    known = environ.Env.db_url_config(url)
    options = {"dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"], "port": known["PORT"],
               **known.get("OPTIONS", {})}
    connection = psycopg2.connect(**{name: value for name, value in options.items() if value not in ("", None)})
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()
