"""What is looked at: pictures with the grain of photographs, and crowds of shapes on them. The same numbers give the same scene."""
import io
import random
from collections.abc import Iterator
from math import cos, pi, sin
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Size = tuple[int, int]
FULL_HD: Size = (1920, 1080)
EIGHT_K: Size = (7680, 4320)
# Free of crowd: here a box is taken hold of, a polygon's corner, and a new box begins. Left, top, right, bottom in pixels of FULL_HD.
CLEARING = (60, 60, 460, 360)
BOX = [100.0, 100.0, 220.0, 180.0]
POLYGON = [300.0, 100.0, 400.0, 120.0, 420.0, 200.0, 340.0, 240.0, 280.0, 180.0]
DRAWN_FROM = (90.0, 300.0)
# The corner that says which frame this is.
MARK = 96


def photograph(size: Size, seed: int = 1, quality: int = 85) -> Image.Image:
    """Grain at five scales in three colours under a few soft blocks: compresses like a photograph (about 3 bits a pixel), never flat."""
    width, height = size
    random.seed(seed)
    channels = []
    for _ in range(3):
        channel = Image.new("L", size, 128)
        for cell, weight in ((96, 0.5), (24, 0.4), (8, 0.3), (3, 0.2), (1, 0.12)):
            grain = Image.effect_noise((max(2, width // cell), max(2, height // cell)), 90)
            channel = Image.blend(channel, grain.resize(size, Image.Resampling.BICUBIC), weight)
        channels.append(channel)
    image = Image.merge("RGB", channels)
    blocks = image.copy()
    draw = ImageDraw.Draw(blocks)
    for _ in range(40):
        left, top = random.randrange(width), random.randrange(height)
        colour = tuple(random.randrange(40, 220) for _ in range(3))
        draw.rectangle([left, top, left + width // random.randrange(6, 30), top + height // random.randrange(4, 20)], fill=colour)
    return Image.blend(image, blocks.filter(ImageFilter.GaussianBlur(2)), 0.55)


def mark_of(number: int) -> tuple[int, int, int]:
    """The colour of frame `number`'s corner, far enough from every other's for JPEG."""
    return 20 + number % 10 * 22, 20 + number // 10 % 10 * 22, 235


def frames(size: Size, count: int, quality: int = 85) -> Iterator[bytes]:
    """`count` different JPEG files: one photograph, moved along, with its mark at the lower right."""
    base = photograph(size)
    for number in range(count):
        image = ImageChops.offset(base, number * 37, number * 11)
        ImageDraw.Draw(image).rectangle([size[0] - MARK, size[1] - MARK, *size], fill=mark_of(number))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        yield out.getvalue()


def crowd(count: int, labels: list[int], *, boxes: float = 0.6, size: Size = FULL_HD, seed: int = 7) -> list[dict[str, Any]]:
    """`count` shapes of the protocol: first the two that hands take hold of, then boxes and polygons of twelve corners.

    24 to 110 pixels wide, larger on larger pictures. None of the crowd reaches into the clearing.
    """
    chance = random.Random(seed)
    scale = size[0] / FULL_HD[0]
    made = [_shape(kind, [value * scale for value in points], labels[0]) for kind, points in (("rectangle", BOX), ("polygon", POLYGON))]
    left, top, right, bottom = (value * scale for value in CLEARING)
    while len(made) < count:
        width, height = (chance.uniform(24, 110) * scale for _ in range(2))
        x, y = chance.uniform(0, size[0] - width), chance.uniform(0, size[1] - height)
        if x < right and x + width > left and y < bottom and y + height > top:
            continue
        kind = "rectangle" if chance.random() < boxes else "polygon"
        points = [x, y, x + width, y + height] if kind == "rectangle" else list(_round(chance, x, y, width, height))
        made.append(_shape(kind, points, chance.choice(labels)))
    return made[:count]


def _round(chance: random.Random, x: float, y: float, width: float, height: float, corners: int = 12) -> Iterator[float]:
    for corner in range(corners):
        angle, reach = 2 * pi * corner / corners, chance.uniform(0.6, 1)
        yield x + width / 2 * (1 + reach * cos(angle))
        yield y + height / 2 * (1 + reach * sin(angle))


def _shape(kind: str, points: list[float], label: int) -> dict[str, Any]:
    return {"type": kind, "label_id": label, "points": [round(value, 2) for value in points], "rotation": 0, "occluded": False,
            "z_order": 0, "group": 0, "source": "manual", "attributes": []}
