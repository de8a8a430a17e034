"""Which frames a task takes from what it is given, in which order, and how they are cut into jobs: CVAT's data parameters."""
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError

from annotation.sampling import GT_POOL, clean_choice

T = TypeVar("T")
MAX_NUMBER = 2**31 - 1
_STEP = re.compile(r"\s*step\s*=\s*([0-9]{1,9})\s*")


@dataclass(frozen=True)
class Options:
    """`start_frame`, `stop_frame` (inclusive) and `step` count the ordered files of the sources, or the frames of the video."""

    start_frame: int = 0
    stop_frame: int | None = None
    step: int = 1
    # Names of files, a list a job; [] for jobs of the task's segment size.
    job_file_mapping: list[list[str]] = field(default_factory=list)
    # The order of the files for the sorting method "predefined"; [] for the order in which they came.
    upload_file_order: list[str] = field(default_factory=list)
    # fnmatch pattern that names of files on the share or in a bucket must match; "" for all.
    filename_pattern: str = ""
    # annotation.sampling.Choice of the ground truth's frames; {} for none.
    validation: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, params: dict[str, Any]) -> "Options":
        """From Request.params."""
        return cls(**params.get("options", {}))

    def params(self) -> dict[str, Any]:
        """For Request.params: what differs from the defaults."""
        return {name: value for name, value in asdict(self).items() if value != getattr(Options(), name)}

    def takes(self, number: int) -> bool:
        """Whether the frame of this number is one of the task's."""
        return self.start_frame <= number and (number - self.start_frame) % self.step == 0 and not self.is_behind(number)

    def is_behind(self, number: int) -> bool:
        """No frame from here on is wanted."""
        return self.stop_frame is not None and number > self.stop_frame

    def chosen(self, things: list[T]) -> list[T]:
        """Those of an ordered list that the task takes."""
        return things[self.start_frame:None if self.stop_frame is None else self.stop_frame + 1:self.step]

    def by_name(self, things: list[T], name_of: Callable[[T], str]) -> list[T]:
        """In the order of `job_file_mapping` or `upload_file_order`. ValueError with a sentence when the names are others."""
        wanted = [name for names in self.job_file_mapping for name in names] or self.upload_file_order
        known = {name_of(thing): thing for thing in things}
        if missing := [name for name in wanted if name not in known]:
            raise ValueError(f"{_some(missing)} is named in the order of the files, but no such file was given.")
        if len(wanted) != len(things):
            raise ValueError(f"{_some(sorted(set(known) - set(wanted)))} is not named in the order of the files: name each file once.")
        return [known[name] for name in wanted]


def _some(names: list[str]) -> str:
    return f"“{names[0]}”" + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")


def clean_options(raw: dict[str, Any]) -> Options:
    """From a request's body: CVAT's names. ValidationError with them."""
    errors: dict[str, list[str]] = {}
    start = _number(raw, "start_frame", errors) or 0
    stop = _number(raw, "stop_frame", errors)
    if stop is not None and stop < start:
        errors["stop_frame"] = ["The last frame lies before the first."]
    step = _step(raw.get("frame_filter") or "", errors)
    mapping = _mapping(raw.get("job_file_mapping") or [], errors)
    order = raw.get("upload_file_order") or []
    if not _is_names(order):
        errors["upload_file_order"] = ["Give a list of file names, each once."]
    if mapping and (order or start or stop is not None or step != 1):
        errors["job_file_mapping"] = ["Jobs made of named files take all files in that order: leave the other choices out."]
    validation = _validation(raw.get("validation_params"), errors)
    if validation.get("mode") == GT_POOL and mapping:
        errors["validation_params"] = ["Honeypots need jobs of the task's segment size: leave job_file_mapping out, or use the mode gt."]
    pattern = raw.get("filename_pattern") or ""
    if not isinstance(pattern, str) or len(pattern) > 1000:
        errors["filename_pattern"] = ["Give a pattern like images/*.jpg."]
    if errors:
        raise ValidationError(errors)
    return Options(start, stop, step, mapping, list(order), pattern, validation)


def _number(raw: dict[str, Any], name: str, errors: dict[str, list[str]]) -> int | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= MAX_NUMBER):
        errors[name] = ["Give a whole number, 0 for the first frame."]
        return None
    return int(text)


def _step(text: Any, errors: dict[str, list[str]]) -> int:
    found = _STEP.fullmatch(text) if isinstance(text, str) else None
    if text and (found is None or int(found[1]) < 1):
        errors["frame_filter"] = ["Write step=N: every Nth frame is taken."]
        return 1
    return int(found[1]) if found else 1


def _mapping(value: Any, errors: dict[str, list[str]]) -> list[list[str]]:
    listed = isinstance(value, list) and all(isinstance(names, list) and names for names in value)
    flat = [name for names in value for name in names] if listed else []
    if not listed or not _is_names(flat) or len(flat) > settings.INGEST_MAX_FILES:
        errors["job_file_mapping"] = ["Give a list of lists of file names, one a job; each file once, no empty job."]
        return []
    return [list(names) for names in value]


def _validation(value: Any, errors: dict[str, list[str]]) -> dict[str, Any]:
    """Programs that send a form give it as text."""
    if value in (None, "", {}):
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    try:
        return clean_choice(value, names=True).params()
    except ValidationError as error:
        errors["validation_params"] = [f"{name}: {sentence}" for name, sentences in error.message_dict.items() for sentence in sentences]
        return {}


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)
