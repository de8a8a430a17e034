"""Lengths of time in words."""
from typing import Any


def duration(seconds: Any) -> str:
    """"10 min", "1 h 30 min", "3 days": the two largest units, whole seconds."""
    left = int(seconds or 0)
    parts = []
    for length, word in ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {word}{'s' if word == 'day' and count > 1 else ''}")
    return " ".join(parts[:2]) or "0 s"
