"""Pictures made on the spot."""
import io
import zipfile
from typing import Any

from PIL import Image

ORIENTATION = 0x0112


def picture(width: int = 40, height: int = 30, *, form: str = "JPEG", mode: str = "RGB", orientation: int = 1, frames: int = 1,
            color: Any = None) -> bytes:
    """File content of a picture with a gradient, so that nothing compresses it to nothing. `width`, `height` as stored, before EXIF."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    if color is not None:
        image = Image.new(mode, (width, height), color)
    exif = Image.Exif()
    if orientation != 1:
        exif[ORIENTATION] = orientation
    out = io.BytesIO()
    options: dict[str, Any] = {"exif": exif} if orientation != 1 else {}
    if frames > 1:
        options |= {"save_all": True, "append_images": [image.rotate(90 * n) for n in range(1, frames)]}
    image.save(out, form, **options)
    return out.getvalue()


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
