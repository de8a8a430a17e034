"""Runs in Datumaro's own Python: `export|import <format> <folder in> <folder out>`. Nothing of the application is imported here.

export: a folder in Datumaro's own format -> one in <format>; import: the other way. The last line that it says is for people.
"""
import sys
from pathlib import Path
from typing import Any


def main(verb: str, name: str, source: str, target: str) -> int:
    """0, or 1 with a sentence on the last line."""
    from datumaro.components.dataset import Dataset  # type: ignore[import-not-found, unused-ignore]

    try:
        if verb == "export":
            dataset = Dataset.import_from(source, "datumaro")
            _export(dataset, name, target)
        else:
            dataset = Dataset.import_from(source, name)
            # Pictures stay where they are: their sizes are looked up by the application.
            dataset.export(target, "datumaro", save_media=False)
    # Whatever a hostile archive makes a large library do is one sentence.
    except Exception as error:
        sys.stderr.write(f"\n{type(error).__name__}: {' '.join(str(error).split())[:250]}\n")
        return 1
    return 0


def _export(dataset: Any, name: str, target: str) -> None:
    Path(target).mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"save_media": False}
    if name == "voc_segmentation":
        for transform in ("polygons_to_masks", "merge_instance_segments"):
            dataset.transform(transform)
        # The project's labels, not Pascal's twenty; 0 is the background.
        options |= {"apply_colormap": True, "label_map": "source"}
    elif name == "open_images":
        dataset.transform("polygons_to_masks")
    dataset.export(target, name, **options)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
