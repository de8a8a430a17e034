"""The conditions that Toloka's filters know: category, key, operators, values (API reference, "Filters").

One table for the check, the sentence and the form: what is not here is refused.
"""
import csv
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

IDENTITY = ("EQ", "NE")
INCLUSION = ("IN", "NOT_IN")
COMPARISON = ("EQ", "NE", "GT", "GTE", "LT", "LTE")
SKILL = "skill"
# A language counts as tested when the Toloker holds the platform's skill of that language at 100.
TESTED_VALUE = 100


@dataclass(frozen=True)
class Field:
    """`kind` says what a value is: choice (one of `choices`), bool, region (integer id), date (unix seconds), number, integer,
    skill (0..100 or null)."""

    category: str
    key: str
    label: str
    operators: tuple[str, ...]
    kind: str
    choices: dict[str, str] = field(default_factory=dict)
    # Section of the builder's list of fields.
    group: str = "Profile"


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """ISO 3166 code -> English name."""
    return {row["code"]: row["name"] for row in _rows("countries.csv")}


@lru_cache(maxsize=1)
def regions() -> dict[int, str]:
    """The platform's region id -> country. Smaller regions (cities, provinces) exist there too; they are shown by number."""
    return {int(row["region_id"]): row["name"] for row in _rows("countries.csv") if row["region_id"]}


@lru_cache(maxsize=1)
def languages() -> dict[str, str]:
    """ISO 639-1 code in upper case -> English name."""
    return {row["code"]: row["name"] for row in _rows("languages.csv")}


@lru_cache(maxsize=1)
def language_skills() -> dict[str, str]:
    """Language code -> id of the skill that the platform's test of that language gives."""
    return {row["code"]: row["skill_id"] for row in _rows("languages.csv") if row["skill_id"]}


def _device_fields() -> list[Field]:
    systems = {"WINDOWS": "Windows", "OS_X": "OS X", "MAC_OS": "macOS", "LINUX": "Linux", "BSD": "BSD", "ANDROID": "Android", "IOS": "iOS",
               "BLACKBERRY": "BlackBerry"}
    browsers = {"IE": "Internet Explorer", "CHROMIUM": "Chromium", "CHROME": "Chrome", "FIREFOX": "Firefox", "SAFARI": "Safari",
                "YANDEX_BROWSER": "Yandex Browser", "IE_MOBILE": "Internet Explorer mobile", "CHROME_MOBILE": "Chrome mobile",
                "MOBILE_FIREFOX": "Firefox mobile", "MOBILE_SAFARI": "Safari mobile"}
    found = [
        Field("computed", "device_category", "Device", IDENTITY, "choice", {
            "PERSONAL_COMPUTER": "Personal computer", "SMARTPHONE": "Smartphone", "TABLET": "Tablet", "WEARABLE_COMPUTER": "Wearable"},
            "Device"),
        Field("computed", "client_type", "Works in", IDENTITY, "choice", {"BROWSER": "Browser", "TOLOKA_APP": "Toloka app"}, "Device"),
        Field("computed", "os_family", "Operating system", IDENTITY, "choice", systems, "Device"),
        Field("computed", "user_agent_family", "Browser", IDENTITY, "choice", browsers, "Device"),
        Field("computed", "user_agent_type", "Browser kind", IDENTITY, "choice", {
            "BROWSER": "Browser", "MOBILE_BROWSER": "Mobile browser", "OTHER": "Other"}, "Device"),
    ]
    for key, name in (("os_version", "Operating system version"), ("user_agent_version", "Browser version")):
        found.append(Field("computed", key, name, COMPARISON, "number", group="Device"))
        found += [
            Field("computed", f"{key}_{part}", f"{name}, {part}", COMPARISON, "integer", group="Device") for part in ("major", "minor",
                "bugfix")]
    return found


@lru_cache(maxsize=1)
def fields() -> dict[tuple[str, str], Field]:
    """(category, key) -> Field. Skills have no fixed keys: their one entry is ("skill", "")."""
    listed = [
        Field("profile", "languages", "Language", INCLUSION, "choice", languages()),
        Field("profile", "country", "Country", IDENTITY, "choice", countries()),
        Field("profile", "citizenship", "Citizenship", IDENTITY, "choice", countries()),
        Field("profile", "education", "Education", IDENTITY, "choice", {"BASIC": "Basic", "MIDDLE": "Secondary", "HIGH": "Higher"}),
        Field("profile", "gender", "Gender", IDENTITY, "choice", {"FEMALE": "Female", "MALE": "Male"}),
        Field("profile", "date_of_birth", "Date of birth", COMPARISON, "date"),
        Field("profile", "adult_allowed", "Agreed to adult content", IDENTITY, "bool"),
        Field("profile", "verified", "Verified profile", IDENTITY, "bool"),
        Field("profile", "city", "City", INCLUSION, "region"),
        Field("computed", "region_by_ip", "Region by IP address", INCLUSION, "region", group="Place"),
        Field("computed", "region_by_phone", "Region by phone number", INCLUSION, "region", group="Place"),
        *_device_fields(),
        Field(SKILL, "", "Skill", COMPARISON, "skill", group="Skill"),
    ]
    return {(entry.category, entry.key): entry for entry in listed}


def field_of(category: Any, key: Any) -> Field | None:
    if category == SKILL:
        return fields()[SKILL, ""]
    return fields().get((category, key)) if isinstance(category, str) and isinstance(key, str) else None


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """What the builder in the browser needs: {"fields": [...], "regions": [[id, name]], "language_skills": {code: skill id}}."""
    return {
        "fields": [{"category": entry.category, "key": entry.key, "label": entry.label, "operators": entry.operators, "kind": entry.kind,
                    "choices": list(entry.choices.items()), "group": entry.group} for entry in fields().values()],
        "regions": list(regions().items()),
        "language_skills": language_skills(),
    }
