"""Files that robots upload: small, valid, different from each other, the same for the same question."""
import io
import random
import struct
import wave
from dataclasses import dataclass
from typing import Any

import orjson
from PIL import Image, ImageDraw

_SIDE = (160, 120)
_RATE, _SECONDS = 8000, 0.4
_FRAMES, _PER_SECOND = 6, 6


@dataclass(frozen=True)
class NewFile:
    """A value of a file field before it was uploaded."""

    name: str
    media_type: str
    content: bytes


def make(hints: Any, chance: random.Random) -> NewFile:
    """A picture, unless the words about the field (its component, or a classic page's) ask for sound or moving pictures only."""
    words = orjson.dumps(hints, default=str).decode().lower()
    pictures = any(word in words for word in ("image", "photo", "img", "png", "jpg", "jpeg", "gallery"))
    number = chance.randrange(10**6)
    if "audio" in words and not pictures:
        return NewFile(f"sound-{number}.wav", "audio/wav", _sound(chance))
    if "video" in words and not pictures:
        return NewFile(f"video-{number}.avi", "video/x-msvideo", _video(chance))
    kind, suffix = ("JPEG", "jpg") if "jpeg" in words and "png" not in words else ("PNG", "png")
    return NewFile(f"picture-{number}.{suffix}", f"image/{kind.lower()}", _packed(_picture(chance), kind))


def _picture(chance: random.Random) -> Image.Image:
    picture = Image.new("RGB", _SIDE, _colour(chance))
    pencil = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y = chance.randrange(_SIDE[0]), chance.randrange(_SIDE[1])
        pencil.ellipse((x, y, x + chance.randint(8, 60), y + chance.randint(8, 60)), fill=_colour(chance))
    return picture


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def _packed(picture: Image.Image, kind: str) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, kind)
    return packed.getvalue()


def _sound(chance: random.Random) -> bytes:
    """A tone, as 16-bit mono."""
    period, packed = _RATE // chance.randint(200, 800), io.BytesIO()
    with wave.open(packed, "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(2)
        track.setframerate(_RATE)
        samples = (9000 if step % period < period // 2 else -9000 for step in range(int(_RATE * _SECONDS)))
        track.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return packed.getvalue()


def _video(chance: random.Random) -> bytes:
    """Motion JPEG in an AVI file: the simplest one that players show."""
    frames = [_packed(_picture(chance), "JPEG") for _ in range(_FRAMES)]
    width, height = _SIDE
    main = struct.pack("<14I", 10**6 // _PER_SECOND, 0, 0, 0x10, _FRAMES, 0, 1, max(map(len, frames)), width, height, 0, 0, 0, 0)
    stream = struct.pack("<4s4sIHHIIIIIIII4H", b"vids", b"MJPG", 0, 0, 0, 0, 1, _PER_SECOND, 0, _FRAMES, max(map(len, frames)),
                         0xFFFFFFFF, 0, 0, 0, width, height)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    header = _list(b"hdrl", _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", form)))
    index, at = b"", 4
    for frame in frames:
        index += struct.pack("<4sIII", b"00dc", 0x10, at, len(frame))
        at += 8 + len(frame) + len(frame) % 2
    movie = _list(b"movi", b"".join(_chunk(b"00dc", frame) for frame in frames))
    body = b"AVI " + header + movie + _chunk(b"idx1", index)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
