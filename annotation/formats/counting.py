"""Numbers in sentences: what is written for many, said of one."""
import re

_NOUNS = "answers|ellipses|frames|images|jobs|masks|objects|outlines|polylines|rectangles|shapes|tags"
# In this order. A verb that is changed once belongs to what is counted; a later one may belong to something else.
_SINGULAR: tuple[tuple[str, str, int], ...] = (
    (rf"\{{n\}} (points |turned )?({_NOUNS})\b", "", 1),
    (r"their labels are\b", "its label is", 0),
    (r"\bthe boxes around them\b", "the box around it", 0), (r"\brectangles around them\b", "a rectangle around it", 0),
    (r"\bas polygons\b", "as a polygon", 0), (r"\btheir bounding boxes\b", "its bounding box", 0),
    (r"\bbecame groups\b", "became a group", 0),
    (r"\bare\b", "is", 1), (r"\bwere\b", "was", 0), (r"\bdo not\b", "does not", 1), (r"\bhave\b(?= no)", "has", 1),
    (r"\btheir\b", "its", 0), (r"\b(on|for|hold|made|submitted|around) them\b", r"\1 it", 0),
)


def counted(sentence: str, count: int) -> str:
    """`sentence` speaks of many and has "{n}" for how many: "{n} shapes lost their group." -> "1 shape lost its group."."""
    if count == 1:
        for pattern, instead, times in _SINGULAR:
            sentence = re.sub(pattern, instead or _one, sentence, count=times)
    return sentence.replace("{n}", f"{count:,}")


def _one(found: re.Match[str]) -> str:
    return f"{{n}} {found[1] or ''}{found[2][:-1]}"


def number_of(count: int, noun: str) -> str:
    """"1 shape", "2,000 shapes"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
