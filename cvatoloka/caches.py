"""The cache while Redis is away: empty, and nothing sticks. Work that Redis only makes quicker goes on without it."""
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Away, TimeoutError as TooLate
from redis.retry import Retry

log = logging.getLogger(__name__)
_SENTENCE = "Redis does not answer: %s goes on without the cache (%s)."
# A cache answers, or it is done without.
SECONDS = 2.0


class MissingKey(ValueError):
    """`incr` of what is not there, as every cache of Django says it."""


def _or(otherwise: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The method; while Redis is away what `otherwise(arguments…)` gives."""

    def of(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except (Away, TooLate) as error:
                log.warning(_SENTENCE, method.__name__, error)
                return otherwise(*args, **kwargs)

        return call

    return of


def _missing(key: str, *_: Any, **__: Any) -> Any:
    raise MissingKey(f"Key {key!r} not found")


class OptionalRedisCache(RedisCache):
    """Django's Redis cache, but a Redis that is away is no error: nothing is found, nothing is kept.

    `add` says False: a claim that cannot be noted is not had. `incr` raises ValueError, as for a key that is not there. So throttles let
    everybody through meanwhile; the alternative is that nobody gets in.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        # Once more at once, for a connection that an earlier Redis left behind; redis-py's own retries wait for seconds.
        quick = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS, "retry": Retry(NoBackoff(), 1)}
        super().__init__(server, {**params, "OPTIONS": {**quick, **params.get("OPTIONS", {})}})

    get = _or(lambda key, default=None, version=None: default)(RedisCache.get)
    get_many = _or(lambda *_, **__: {})(RedisCache.get_many)
    has_key = _or(lambda *_, **__: False)(RedisCache.has_key)
    add = _or(lambda *_, **__: False)(RedisCache.add)
    touch = _or(lambda *_, **__: False)(RedisCache.touch)
    delete = _or(lambda *_, **__: False)(RedisCache.delete)
    set = _or(lambda *_, **__: None)(RedisCache.set)
    set_many = _or(lambda data, *_, **__: list(data))(RedisCache.set_many)
    delete_many = _or(lambda *_, **__: None)(RedisCache.delete_many)
    clear = _or(lambda *_, **__: False)(RedisCache.clear)
    incr = _or(_missing)(RedisCache.incr)
