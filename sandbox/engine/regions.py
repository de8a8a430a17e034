"""Toloka's regions: countries with the platform's own ids, what they lie in, and some of their cities. Pure.

Ids of countries are those of Toloka's public list; a filter's region means itself and everything inside it. A region that is not in
`data/regions.json` is on its own.
"""
import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[1] / "data" / "regions.json"


@cache
def known() -> dict[int, dict[str, Any]]:
    """id -> `{name, in?: id of the region around it, country?: ISO 3166 code}`."""
    return {int(key): region for key, region in json.loads(_FILE.read_text(encoding="utf-8")).items()}


@cache
def around(region: int) -> tuple[int, ...]:
    """The region and those it lies in, from small to large."""
    chain = [region]
    while (outer := known().get(chain[-1], {}).get("in")) is not None:
        chain.append(outer)
    return tuple(chain)


@cache
def _by_country() -> dict[str, int]:
    return {region["country"]: key for key, region in known().items() if "country" in region}


def of_country(code: object) -> int | None:
    """The region that is this country (two letters)."""
    return _by_country().get(code) if isinstance(code, str) else None


def country_of(region: int) -> str | None:
    """The country that the region is or lies in."""
    return next((known()[key]["country"] for key in around(region) if "country" in known().get(key, {})), None)


def chain(value: Any) -> list[int]:
    """Every region that a Toloker's value stands for: it is an id, or a list of them, each with what is around it."""
    keys = [number for item in (value if isinstance(value, list) else [value]) if (number := whole(item)) is not None]
    return list(dict.fromkeys(outer for key in keys for outer in around(key)))


def whole(value: Any) -> int | None:
    """An id, also if it is written as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
