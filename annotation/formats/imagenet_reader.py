"""ImageNet as CVAT writes it (formats.imagenet), or folders of images called after labels without any list."""
from collections.abc import Iterator

from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.imagenet import SYNSETS, UNLABELLED
from annotation.formats.members import Members


def read(members: Members, hints: Hints, variant: str = "") -> Iterator[Found]:
    """Each image before its tags. Unreadable."""
    synsets = next((name for name in members.names if name.rpartition("/")[2].lower() == SYNSETS), None)
    lists = [name for name in members.names if name != synsets]
    if synsets is not None and lists:
        yield from _listed(members, lists, [line.strip() for line in members.text(synsets).splitlines()])
    elif members.pictures:
        yield from _in_folders(members.pictures)
    else:
        raise Unreadable("has neither synsets.txt with a list of images beside it, nor folders with images.")


def _listed(members: Members, lists: list[str], labels: list[str]) -> Iterator[Found]:
    images = 0
    for name in lists:
        for number, line in enumerate(members.text(name).splitlines(), start=1):
            words = line.split(" ")
            path = list(words)
            while len(path) > 1 and path[-1].isascii() and path[-1].isdigit():
                path.pop()
            if not line.strip():
                continue
            images += 1
            if images > MAX_IMAGES:
                raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
            where = f"line {number} of {shown(name)}"
            yield FoundImage(images, " ".join(path))
            for word in words[len(path):]:
                known = len(word) < 7 and int(word) < len(labels)
                yield FoundObject(images, where, labels[int(word)], "tag") if known else Misfit(
                    where, f"{shown(word)} is not the number of a label.", images)


def _in_folders(pictures: list[str]) -> Iterator[Found]:
    seen: set[str] = set()
    for path in pictures:
        folder, _, base = path.rpartition("/")
        label = folder.rpartition("/")[2]
        name = base.removeprefix(f"{label}_")
        if name not in seen:
            seen.add(name)
            yield FoundImage(name, name)
        if label and label != UNLABELLED:
            yield FoundObject(name, shown(path), label, "tag")
