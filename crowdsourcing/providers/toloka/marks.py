"""What all our projects say of themselves at the platform, and the marks by which projects and pools are found again."""
from typing import Any, Protocol

# Our mark stands in both; private_comment is what a person sees.
MARK_KEY = "cvatoloka"


class _Told(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def instructions_html(self) -> str: ...


def introduced(spec: _Told) -> dict[str, Any]:
    """A project's name, description and instructions, as the platform's JSON has them."""
    return {
        "public_name": spec.name,
        "public_description": spec.description,
        "public_instructions": spec.instructions_html,
        "assignments_issuing_type": "AUTOMATED",
    }


def marked(mark: str) -> dict[str, Any]:
    """A project's or pool's fields with our mark."""
    return {"private_comment": mark, "metadata": {MARK_KEY: [mark]}}


def mark_of(item: dict[str, Any]) -> str:
    values = (item.get("metadata") or {}).get(MARK_KEY) or [""]
    return str(values[0] or item.get("private_comment") or "")


def carries(item: dict[str, Any], mark: str) -> bool:
    """In either place: one of them may have been edited by a person."""
    return mark in ((item.get("metadata") or {}).get(MARK_KEY) or []) or mark in (item.get("private_comment") or "")
