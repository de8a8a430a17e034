"""Addresses of databases that tests make."""
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode


def url_of(parameters: Mapping[str, Any]) -> str:
    """A DATABASE_URL for a Django connection's `settings_dict` (its NAME is the test database's inside a test)."""
    login = quote(parameters["USER"] or "") + (f":{quote(parameters['PASSWORD'])}" if parameters["PASSWORD"] else "")
    port = f":{parameters['PORT']}" if parameters["PORT"] else ""
    options = urlencode({name: value for name, value in parameters["OPTIONS"].items() if isinstance(value, str)}, quote_via=quote)
    return f"postgres://{login}@{parameters['HOST']}{port}/{parameters['NAME']}" + (f"?{options}" if options else "")
