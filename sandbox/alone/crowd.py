"""The crowd that `--robots N` makes: N different people, the same ones every time.

The lists' lengths have no divisor in common, so that every country comes on every device, good and bad.
"""
from typing import Any

MOST = 200
# country, region id, other languages
_FROM: tuple[tuple[str, int, list[str]], ...] = (
    ("US", 84, ["ES"]), ("GB", 102, []), ("IN", 994, ["HI"]), ("US", 84, []), ("DE", 96, ["DE"]), ("RU", 225, ["RU"]), ("FR", 124, ["FR"]))
_PC, _PHONE = "PERSONAL_COMPUTER", "SMARTPHONE"
# device_category, client_type, os_family, user_agent_type, user_agent_family
_WITH = ((_PC, "BROWSER", "WINDOWS", "BROWSER", "CHROME"), (_PHONE, "TOLOKA_APP", "ANDROID", "OTHER", "CHROME_MOBILE"),
         (_PC, "BROWSER", "MAC_OS", "BROWSER", "SAFARI"), (_PC, "BROWSER", "LINUX", "BROWSER", "FIREFOX"),
         (_PHONE, "TOLOKA_APP", "IOS", "OTHER", "MOBILE_SAFARI"), (_PC, "BROWSER", "WINDOWS", "BROWSER", "FIREFOX"),
         (_PHONE, "BROWSER", "ANDROID", "MOBILE_BROWSER", "CHROME_MOBILE"), (_PC, "BROWSER", "WINDOWS", "BROWSER", "CHROME"),
         ("TABLET", "BROWSER", "ANDROID", "MOBILE_BROWSER", "CHROME_MOBILE"))
_ACCURACY = (0.95, 0.9, 0.98, 0.85, 0.93, 0.75, 0.97, 0.88, 0.6, 0.92, 0.8)
_EDUCATION = ("HIGH", "MIDDLE", "HIGH", "BASIC", "MIDDLE")
# Every one so many answers without looking, and fast.
_SPAMMER_EVERY = 13
# The sandbox's seconds. Mostly above the 20 or so that requesters' rules call too fast.
_PACE, _SPAMMERS_PACE = [25, 70], [12, 25]
_SKIPS = 0.03


def person(number: int) -> dict[str, Any]:
    """The body of POST /control/v1/robots that makes the robot of this number (from 0)."""
    country, region, languages = _FROM[number % len(_FROM)]
    device, client, system, kind, browser = _WITH[number % len(_WITH)]
    spams = number % _SPAMMER_EVERY == _SPAMMER_EVERY - 1
    return {
        "count": 1, "seed": number + 1, "name": f"Robot {number + 1}", "accuracy": _ACCURACY[number % len(_ACCURACY)],
        "spam": 1.0 if spams else 0.0, "skip": _SKIPS, "seconds": _SPAMMERS_PACE if spams else _PACE,
        "profile": {
            "country": country, "citizenship": country, "languages": ["EN", *languages], "city": region,
            "verified_languages": ["EN"] if number % 2 == 0 else [], "gender": "FEMALE" if number % 4 in (0, 3) else "MALE",
            "education": _EDUCATION[number % len(_EDUCATION)], "date_of_birth": f"{1965 + number * 17 % 38}-03-14",
            "adult_allowed": number % 6 != 5},
        "computed": {
            "region_by_phone": region, "region_by_ip": region, "device_category": device, "client_type": client, "os_family": system,
            "user_agent_type": kind, "user_agent_family": browser}}
