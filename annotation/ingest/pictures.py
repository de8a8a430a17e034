"""What an image file really is: by decoding it, never by its name."""
import io
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

# Our own limit (INGEST_MAX_PIXELS) is checked from the header, before anything is decoded; Pillow's would come first and say less.
Image.MAX_IMAGE_PIXELS = None

THUMBNAIL = 320
ORIENTATION_TAG = 0x0112
# Pillow's format -> (media type, suffix). MPO is the JPEG of cameras with a second picture inside.
FORMATS = {
    "JPEG": ("image/jpeg", ".jpg"), "MPO": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp"),
    "BMP": ("image/bmp", ".bmp"), "GIF": ("image/gif", ".gif"), "TIFF": ("image/tiff", ".tif"),
}
# What libjpeg can write at most on one side.
JPEG_SIDE = 65_500
_PLAIN_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


class _Borrowed(io.BufferedIOBase):
    """A file that Pillow may read and may not close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._file.seek(offset, whence)
        return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _borrowed(file: IO[bytes]) -> Any:
    return _Borrowed(file)


class BadImage(Exception):
    """The sentence says what is wrong with the file; the caller puts its name in front."""


@dataclass(frozen=True)
class Picture:
    """`width`, `height` of the upright picture, pixels; `thumbnail` and `work_copy` are file contents (JPEG, or PNG for `work_copy`)."""

    media_type: str
    suffix: str
    width: int
    height: int
    orientation: int
    thumbnail: bytes
    work_copy: bytes
    work_copy_suffix: str


def examine(file: IO[bytes]) -> Picture:
    """Decode the file once and make its small copies. BadImage with a sentence.

    Originals that stand upright and that browsers show need no work copy: JPEG is then only decoded at the size of the thumbnail.
    """
    image = _open(file)
    try:
        return _picture(image)
    except BadImage:
        raise
    except MemoryError:
        raise BadImage(f"is too large to decode ({image.width} x {image.height} pixels).") from None
    except Exception as error:  # decoders raise whatever their file format lets go wrong
        raise BadImage(f"is damaged or cut off ({str(error)[:120] or type(error).__name__}).") from error
    finally:
        image.close()


def pixels_of(file: IO[bytes]) -> int:
    """From the header only. BadImage as `examine`."""
    with _open(file) as image:
        return image.width * image.height


def _open(file: IO[bytes]) -> Image.Image:
    file.seek(0)
    try:
        image = Image.open(_borrowed(file), formats=[name for name in FORMATS if name != "MPO"])
    except UnidentifiedImageError:
        raise BadImage("is not a JPEG, PNG, WebP, BMP, GIF or TIFF image.") from None
    except Exception as error:
        raise BadImage(f"is damaged ({str(error)[:120] or type(error).__name__}).") from error
    if image.width * image.height > settings.INGEST_MAX_PIXELS:
        size = f"{image.width} x {image.height}"
        image.close()
        raise BadImage(f"has {size} pixels; at most {settings.INGEST_MAX_PIXELS:,} pixels in all are allowed. Make it smaller.")
    if not image.width or not image.height:
        image.close()
        raise BadImage("has no pixels.")
    return image


def _picture(image: Image.Image) -> Picture:
    image_format = str(image.format)
    media_type, suffix = FORMATS[image_format]
    orientation = _orientation(image)
    animated = image_format != "MPO" and image_format != "TIFF" and bool(getattr(image, "is_animated", False))
    if animated:
        image.seek(0)
    # Pillow turns TIFF by itself while it decodes; its size is then already the upright one.
    turned = orientation if image_format != "TIFF" else 1
    width, height = (image.height, image.width) if turned >= 5 else (image.width, image.height)
    work_copy, work_suffix = b"", ""
    if orientation != 1 or animated or image_format == "TIFF" or image.mode not in _PLAIN_MODES:
        image.load()
        small = _upright(image, turned)
        work_copy, work_suffix = _work_copy(small)
        small.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
    else:
        # thumbnail() lets JPEG decode at an eighth of its size where that is enough; every byte is still read.
        image.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
        small = image
    return Picture(media_type, suffix, width, height, orientation, _thumbnail(small), work_copy, work_suffix)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; anything else counts as upright, as it does in browsers."""
    value = image.getexif().get(ORIENTATION_TAG, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image = _eight_bits(image)
    return ImageOps.exif_transpose(image) if orientation != 1 else image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Modes that browsers cannot show, spread over 0..255. Scientific pictures seldom use their whole range."""
    if image.mode in _PLAIN_MODES:
        return image
    exif = image.getexif()
    if image.mode.startswith(("I", "F")):
        wide = image.convert("F")
        extrema: Any = wide.getextrema()
        low, high = extrema
        scale = 255 / (high - low) if high > low else 1.0
        narrow = wide.point(lambda value: value * scale + (-low * scale)).convert("L")
    else:
        narrow = image.convert("RGB")
    narrow.info["exif"] = exif.tobytes()
    return narrow


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info


def _work_copy(image: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if _has_alpha(image) or max(image.size) > JPEG_SIDE:
        image.convert("RGBA" if _has_alpha(image) else "RGB").save(out, "PNG", compress_level=3)
        return out.getvalue(), ".png"
    rgb = image if image.mode in ("L", "RGB") else image.convert("RGB")
    rgb.save(out, "JPEG", quality=95, subsampling=0, icc_profile=_profile(image), exif=b"")
    return out.getvalue(), ".jpg"


def _profile(image: Image.Image) -> bytes | None:
    return image.info.get("icc_profile") if image.mode in ("L", "RGB") else None


def _thumbnail(image: Image.Image) -> bytes:
    if _has_alpha(image):
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    rgb = image if image.mode in ("L", "RGB") else image.convert("RGB")
    rgb.save(out, "JPEG", quality=80, icc_profile=_profile(image), exif=b"")
    return out.getvalue()
