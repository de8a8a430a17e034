"""The table "Hands" of the editor's README, walked cell by cell in a real Chromium: what is written there is what happens."""
import re
from typing import Any

import pytest

from tests.editor.bundles import ROOT
from tests.editor.desk import Desk, desk, editor_libraries, fake

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey
README = ROOT / "annotation" / "static" / "annotation" / "editor" / "README.md"
MODES = ["idle", "draw", "sketch", "edit", "drag", "paste", "group"]
BESIDE, AWAY, FREE, CAR, OTHER_CAR = (420, 120), (480, 160), (500, 200), (115, 320), (365, 320)
PULLED = (145, 340)
VERTEX, AREA = (240, 180), (265, 205)

RESET = """async () => { const { app } = window.ed;
  const box = (client_id, points, group = 0) => ({ client_id, type: "rectangle", label_id: 3, points, group, attributes: [] });
  app.set({ dialog: null, menu: null, hideAll: false, hidden: new Set(), locked: new Set(), notices: [] });
  app.canvas.cancel(); app.useTool(null); app.state.picked = null; app.select(null); app.hover(null); app.useLabel(3);
  app.store.adopt({ 10: { shapes: [box("car", [50, 280, 180, 360], 1), box("other", [300, 280, 430, 360], 1),
      { ...box("area", [240, 180, 290, 180, 290, 230, 240, 230]), type: "polygon", label_id: 4 }], tags: [] },
    11: { shapes: [], tags: [] }, 12: { shapes: [], tags: [] } });
  app.store.change(10, (frame) => frame.shapes.push({ ...box("third", [560, 20, 620, 60]),
    rotation: 0, occluded: false, z_order: 0, source: "manual" }));
  app.goTo(0); app.canvas.fit();
  app.set({ clipboard: { shape: app.object("other"), frame: 10, count: 0 } }); app.focusCanvas();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); }"""
LOOK = "() => window.look()"
LOOKING = """() => { window.look = () => { const { app } = window.ed; const { state } = app; const shapes = app.store.frame(10).shapes;
  const car = shapes.find((shape) => shape.client_id === "car");
  return { mode: app.mode, count: shapes.length + app.store.frame(11).shapes.length, car: car ?? null,
    frame: state.index, here: state.selectedId ?? state.hoveredId,
    picked: state.picked?.size ?? null, dialog: state.dialog?.kind ?? null, menu: state.menu !== null,
    copied: state.clipboard.shape.client_id, redrawing: state.redrawing !== null,
    told: state.notices.map((notice) => notice.text).join(), hidden: state.hidden.size + (state.hideAll ? 1000 : 0),
    locked: state.locked.size,
    cursor: app.canvas.hand.byKeys ? app.canvas.hand.place.map(Math.round).join() : null, label: state.labelId }; }; }"""


def table() -> dict[str, dict[str, str]]:
    """Action -> mode -> outcome, from the README's table under "Hands"."""
    rows = re.findall(r"^\| `(.+?)` \|(.+)\|$", README.read_text().split("\n## Hands\n")[1].split("\n## ")[0], re.MULTILINE)
    return {action: dict(zip(MODES, [cell.strip() for cell in cells.split("|")], strict=True)) for action, cells in rows}


def still(desk: Desk) -> None:
    """Every cell begins with the same view: its places are asked for once."""
    desk.page.evaluate(RESET)
    places = {place: Desk.at(desk, *place) for place in [BESIDE, CAR, OTHER_CAR, AWAY, PULLED, FREE, VERTEX, AREA]}
    desk.at = lambda x, y: places[(x, y)]  # type: ignore[method-assign]


def enter(desk: Desk, mode: str, thing: tuple[int, int]) -> None:
    """From nothing into a mode, by hand."""
    page = desk.page
    if mode in ("draw", "sketch"):
        desk.press("n")
    if mode == "sketch":
        desk.click(*BESIDE)
        page.mouse.move(*desk.at(*AWAY))
    if mode == "edit":
        desk.click(*thing)
    if mode == "paste":
        desk.click(*CAR)
        desk.press("Control+c", "Control+v")
        page.mouse.move(*desk.at(*AWAY))
    if mode == "drag":
        page.mouse.move(*desk.at(*CAR))
        page.mouse.down()
        page.mouse.move(*desk.at(*PULLED))
    if mode == "group":
        desk.press("g")


def act(desk: Desk, action: str) -> None:
    page = desk.page
    if action == "click beside":
        desk.click(*FREE)
    elif action == "click an object":
        desk.click(*OTHER_CAR)
    elif action == "Shift+click a vertex":
        page.keyboard.down("Shift")
        desk.click(*VERTEX)
        page.keyboard.up("Shift")
    elif action == "right click on it":
        desk.click(*OTHER_CAR, button="right")
    elif action == "release":
        page.mouse.up()
    else:
        names = {"Esc": "Escape", "Del": "Delete", "→": "ArrowRight", "PgUp": "PageUp", "Ctrl": "Control"}
        desk.press("+".join(names.get(key, key.lower() if len(key) == 1 else key) for key in action.split("+")))


def size(shape: dict[str, Any]) -> list[float]:
    left, top, right, bottom = shape["points"]
    return [round(right - left, 2), round(bottom - top, 2)]


def told(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The words of the table for what became different."""
    words = [after["mode"]]
    if after["count"] != before["count"]:
        words.append(f"{after['count'] - before['count']:+d} shape")
    one, other = before["car"], after["car"]
    if one and other and one != other:
        words += ["resized" if size(one) != size(other) else "moved"] if one["points"] != other["points"] else []
        words += [name for name, key in [("relabelled", "label_id"), ("occluded", "occluded"), ("order", "z_order"), ("regrouped", "group")]
                  if one[key] != other[key]]
    if before["here"] and after["here"] and before["here"] != after["here"] and after["count"] == before["count"]:
        words.append("another object")
    if after["mode"] == "group" and after["here"] and not before["here"]:
        words.append("an object")
    if (after["picked"] or 0) > (before["picked"] or 0):
        words.append("picked")
    differs = {"frame": "frame", "copied": "copied", "hidden": "hidden", "locked": "locked", "cursor": "cursor",
               "label": "next label", "redrawing": "again", "told": "told"}
    words += [word for key, word in differs.items() if before[key] != after[key] and after[key] is not None]
    words += [f"window: {after['dialog']}"] if after["dialog"] else []
    words += ["menu"] if after["menu"] else []
    return ", ".join(words)


def walked(desk: Desk, action: str, mode: str) -> str:
    page = desk.page
    page.mouse.move(*desk.at(*BESIDE))
    page.evaluate(RESET)
    enter(desk, mode, AREA if "vertex" in action else CAR)
    before = page.evaluate(LOOK)
    assert before["mode"] == mode, f"the way into {mode} led to {before['mode']}"
    page.evaluate("() => { window.ed.app.state.notices = []; }")
    before["told"] = ""
    act(desk, action)
    outcome = told(before, page.evaluate(LOOK))
    page.mouse.up()
    return outcome


def test_every_cell_of_the_readmes_table_is_what_happens(desk: Desk) -> None:
    desk.fake.context["seconds_left"] = None
    desk.page.set_viewport_size({"width": 680, "height": 520})
    desk.open()
    desk.page.evaluate(LOOKING)
    still(desk)
    written = table()
    assert len(written) > 20
    wrong = []
    for action, cells in written.items():
        for mode, cell in cells.items():
            if cell == "—":
                assert ("click" in action) if mode == "drag" else action == "release", f"{action} in {mode} can be done"
                continue
            outcome = walked(desk, action, mode)
            if outcome != cell:
                wrong.append(f"{action} in {mode}: the table says '{cell}', it is '{outcome}'")
    assert not wrong, "\n".join(wrong)
