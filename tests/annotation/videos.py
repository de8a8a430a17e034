"""Videos made on the spot."""
import io

import av
import numpy
from PIL import Image


def video(count: int = 10, width: int = 64, height: int = 48, *, form: str = "mp4", codec: str = "mpeg4", rate: int = 10,
          noise: bool = False) -> bytes:
    """File content; frame n is one grey, 20 * n, so that frames are told apart."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(count):
            picture = numpy.full((height, width, 3), 20 * number % 256, dtype=numpy.uint8)
            if noise:
                picture = numpy.random.default_rng(number).integers(0, 255, (height, width, 3), dtype=numpy.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


def decoded(content: bytes) -> list[Image.Image]:
    """Its pictures."""
    with av.open(io.BytesIO(content)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def grey(image: Image.Image) -> int:
    """How light the middle is."""
    return int(image.convert("L").getpixel((image.width // 2, image.height // 2)))  # type: ignore[arg-type]
