"""What a Toloker sees on Toloka's task page: our editor in a frame (a "classic" view specification)."""
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@lru_cache(maxsize=8)
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def view_spec(editor_base: str) -> dict[str, Any]:
    """`editor_base` ends with a slash; the script appends the job key and the assignment's id."""
    return {
        "type": "classic",
        "markup": _text("markup.html").replace("[[editor_base]]", escape(editor_base, quote=True)),
        "script": _text("script.js"),
        "styles": _text("style.css"),
        # Toloka's own library that defines TolokaHandlebarsTask.
        "assets": {"style_urls": [], "script_urls": ["$TOLOKA_ASSETS/js/toloka-handlebars-templates.js"]},
        # The editor has its own Submit and Skip; the platform's Submit would only fail before the work is stored.
        "settings": {"showSubmit": False, "showSkip": True, "showFinish": True, "showTimer": True, "showTitle": True,
                     "showMessage": True, "showInstructions": True, "showFullscreen": True, "showReward": True},
    }
