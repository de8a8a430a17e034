"""Pictures of pages, in every size, and the index of them."""
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

Size = tuple[int, int]
SIZES = ((1440, 900), (800, 1000))
LAPTOP = (1280, 720)
PHONE = (844, 390)
FEW_COLOURS = 4_000


class Gallery:
    """Takes pictures into `folder`: <name>-1440.png and <name>-800.png; in other sizes <name>-<width>x<height>.png."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rooms: dict[str, list[str]] = {}
        self.files: dict[str, list[str]] = {}

    def room(self, title: str) -> None:
        """A heading of the index for the pictures that follow."""
        self.names = self.rooms.setdefault(title, [])

    def index(self) -> None:
        """README.md of the folder: every page, in the order of the tour."""
        words = "\n".join(f"## {title}\n\n" + "\n".join(self._entry(name) for name in names) for title, names in self.rooms.items())
        (self.folder / "README.md").write_text(f"# Every page\n\nMade by `bin/screenshots` on real parts.\n\n{words}")

    def _entry(self, name: str) -> str:
        title = name.replace("-", " ").capitalize()
        first, *others = self.files[name]
        links = ", ".join(f"[{size} pixels]({name}-{size}.png)" for size in others)
        return f"### {title}\n\n![{title}, {first} pixels]({name}-{first}.png)\n" + (f"\n{links}\n" if links else "")

    def take(self, page: Page, name: str, *, full: bool = True, also: Sequence[Size] = ()) -> None:
        """Both widths and the sizes of `also`; the whole page unless `full` is off (dialogs, editor)."""
        sizes = {str(size[0]): size for size in SIZES} | {f"{size[0]}x{size[1]}": size for size in also}
        self._note(name, list(sizes))
        for words, (width, height) in sizes.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)
            self._shoot(page, f"{name}-{words}.png", full)
        page.set_viewport_size({"width": 1440, "height": 900})

    def only(self, page: Page, name: str, size: Size) -> None:
        """A page that was opened in that size, and in no other."""
        words = f"{size[0]}x{size[1]}"
        self._note(name, [words])
        page.wait_for_timeout(400)
        self._shoot(page, f"{name}-{words}.png", False)

    def _note(self, name: str, sizes: list[str]) -> None:
        self.names.append(name)
        self.files[name] = sizes
        print(f"  {name}", flush=True)

    def _shoot(self, page: Page, name: str, full: bool) -> None:
        path = self.folder / name
        page.screenshot(path=path, full_page=full)
        shrink(path)


def shrink(path: Path) -> None:
    """256 colours: a quarter of the bytes. With few colours the palette keeps the pale ones of our surfaces apart; photographs need
    another one, which is quick with them and keeps small areas of strong colour (labels)."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    plain = whole.getcolors(FEW_COLOURS) is not None
    method = Image.Quantize.MAXCOVERAGE if plain else Image.Quantize.FASTOCTREE
    whole.quantize(256, method=method, dither=Image.Dither.NONE).save(path, optimize=True)
