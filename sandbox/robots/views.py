"""What a task page's view tells a robot about the answers: which component writes which output, and whose regions it shows."""
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

_OUTPUT, _INPUT = "data.output", "data.input"
_ANNOTATION = "field.image-annotation"
_DEEPEST = 40
_CLASSIC_FILE = re.compile(r"""type\s*=\s*["']file-?(\w*)["']""")


@dataclass(frozen=True)
class View:
    """`fields`: output path -> the component that writes it, references resolved.

    `shown`: inputs whose regions an image annotation shows. `pictures`: inputs that are annotated images. `files`: words about the files
    that a classic page takes.
    """

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def of(self, name: str) -> dict[str, Any]:
        """The component that writes this output as a whole; empty if none does."""
        return self.fields.get(name, {})

    def parts_of(self, name: str) -> dict[str, dict[str, Any]]:
        """Components that write parts of this output, by the rest of their path."""
        return {path.removeprefix(f"{name}."): found for path, found in self.fields.items() if path.startswith(f"{name}.")}


def read(view_spec: dict[str, Any]) -> View:
    """A view that cannot be read says nothing; the output spec is still there."""
    if view_spec.get("type") != "tb":
        return View(files=tuple(_CLASSIC_FILE.findall(view_spec.get("markup") or "")))
    try:
        config = view_spec.get("config")
        config = orjson.loads(config) if isinstance(config, str) else config
    except orjson.JSONDecodeError:
        return View()
    reader = _Reader(config if isinstance(config, dict) else {})
    reader.walk(reader.config, 0)
    return View(reader.fields, reader.shown, tuple(reader.pictures))


class _Reader:
    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.fields: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        self.pictures: list[str] = []

    def walk(self, node: Any, depth: int) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(node, list):
            for child in node:
                self.walk(child, depth + 1)
        elif isinstance(node, dict):
            if isinstance(node.get("type"), str) and node["type"].startswith("field."):
                self._component({name: self._resolved(value) for name, value in node.items()})
            for child in node.values():
                self.walk(child, depth + 1)

    def _component(self, node: dict[str, Any]) -> None:
        data = node.get("data")
        if not isinstance(data, dict):
            return
        if node["type"] == _ANNOTATION:
            self.pictures += _inputs(node.get("image"))
            for name in _inputs(data):
                self.shown[name] = node
        if data.get("type") == _OUTPUT and isinstance(data.get("path"), str) and not node.get("disabled"):
            self.fields.setdefault(data["path"], node)

    def _resolved(self, value: Any) -> Any:
        """What a `{"$ref": "vars.0"}` stands for."""
        if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
            return value
        found: Any = self.config
        for step in value["$ref"].split("."):
            if isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                found = found.get(step) if isinstance(found, dict) else None
        return found


def _inputs(node: Any) -> list[str]:
    """Paths of all inputs that an expression reads."""
    if isinstance(node, list):
        return [name for child in node for name in _inputs(child)]
    if not isinstance(node, dict):
        return []
    own = [node["path"]] if node.get("type") == _INPUT and isinstance(node.get("path"), str) else []
    return own + [name for child in node.values() for name in _inputs(child)]


def options_of(component: dict[str, Any]) -> list[tuple[Any, str]]:
    """(value, label) of a component that lets one choose."""
    options = component.get("options")
    if not isinstance(options, list):
        return []
    return [(option.get("value"), str(option.get("label") or "")) for option in options if isinstance(option, dict) and "value" in option]


def is_required(component: dict[str, Any]) -> bool:
    """Whether its validation asks for an answer."""
    return "condition.required" in orjson.dumps(component.get("validation"), default=str).decode()
