"""What is measured, as rows: a name, our values, the peer's values (None where it cannot do that), and the goal for the middle one."""
import statistics
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Error

from bench.editing import peer, scene
from bench.editing.desks import Annotorious, Desk, Ours
from bench.editing.hands import Hands
from bench.editing.world import World

LOADS, ROUNDS = 3, 7
ACTION_GOAL, FIRST_GOAL, NEXT_GOAL = 50.0, 1000.0, 100.0
ACTION_SHAPES = 2000
ACTIONS = {"box let go", "select", "change label", "undo label", "delete", "undo delete", "hide all", "show all", "zoom step", "zoom back",
           "first move of a pan"}
Values = list[float]


@dataclass
class Row:
    """`unit` is ms or MB; `why` says why there is no peer."""

    scene: str
    name: str
    ours: Values
    theirs: Values | None = None
    unit: str = "ms"
    goal: float | None = None
    why: str = "no such thing"

    @property
    def median(self) -> float:
        return statistics.median(self.ours)

    @property
    def ratio(self) -> float | None:
        return None if not self.theirs else self.median / max(statistics.median(self.theirs), 0.01)

    @property
    def missed(self) -> bool:
        return self.goal is not None and self.median > self.goal

    def as_json(self) -> dict[str, Any]:
        return {"scene": self.scene, "name": self.name, "unit": self.unit,
                "ours": round(self.median, 2), "ours_p95": round(p95(self.ours), 2),
                "theirs": round(statistics.median(self.theirs), 2) if self.theirs else None,
                "theirs_p95": round(p95(self.theirs), 2) if self.theirs else None,
                "ratio": round(self.ratio, 3) if self.ratio is not None else None, "goal": self.goal, "missed": self.missed}


def p95(values: Values) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def at_desk(desk: Desk, rounds: int) -> dict[str, Values]:
    """Everything both desks can do on a crowded frame."""
    found: dict[str, Values] = {"first shape visible": [desk.open() for _ in range(LOADS)], "JS heap": [desk.hands.heap()]}
    for _ in range(max(3, rounds // 2)):
        frames, done = desk.draw()
        found.setdefault("box let go", []).append(done)
        gestures = {"draw a box": frames, "drag a box": desk.drag_box(), "drag a corner": desk.drag_corner()}
        for name, entry in gestures.items():
            found.setdefault(f"{name}: frames", []).extend(entry["frames"])
            found.setdefault(f"{name}: work a move", []).append(entry["work"])
    actions = desk.actions()
    for _ in range(rounds):
        for name, act in actions.items():
            try:
                found.setdefault(name, []).append(act())
            except Error:
                if desk.ours:
                    raise
                desk.take_back()  # its undo goes astray at times; that value is left out
    if desk.hands.faults:
        raise RuntimeError(f"The page at {desk.address} failed: {desk.hands.faults[0]}")
    return found


def visit(browser: Browser, kind: type[Desk], address: str, cookies: list[Any], rounds: int) -> dict[str, Values]:
    hands = Hands(browser, kind.adapter, cookies)
    try:
        return at_desk(kind(hands, address), rounds)
    finally:
        hands.close()


def crowded(browser: Browser, world: World, count: int, *, boxes: float = 0.6, rounds: int = ROUNDS, compare: bool = True) -> list[Row]:
    """One frame with `count` shapes at both desks."""
    ours = visit(browser, Ours, world.crowded(count, boxes=boxes), [world.cookie], rounds)
    theirs: dict[str, Values] = {}
    if compare:
        with peer.served(next(scene.frames(scene.FULL_HD, 1)), scene.crowd(count, world.labels, boxes=boxes)) as address:
            theirs = visit(browser, Annotorious, address, [], rounds)
    name = f"{count:,} {'boxes' if boxes == 1 else 'shapes'}"
    return [Row(name, measure, values, theirs.get(measure) or None, "MB" if measure == "JS heap" else "ms",
                ACTION_GOAL if measure in ACTIONS and count <= ACTION_SHAPES else None, "no zoom of its own" if compare else "not run")
            for measure, values in ours.items()]


def long_job(browser: Browser, world: World, count: int) -> list[Row]:
    """The first frame in a browser that never saw the editor and in one that did, the next from prefetch, memory."""
    address = world.long(count)
    first: Values = []
    for _ in range(LOADS):
        hands = Hands(browser, Ours.adapter, [world.cookie])
        hands.page.goto(address, wait_until="commit")
        first.append(hands.seen(f"desk.marked({list(scene.mark_of(0))})"))
        if len(first) < LOADS:
            hands.close()
    again: Values = []
    for _ in range(LOADS):
        hands.page.goto(address, wait_until="commit")
        again.append(hands.seen(f"desk.marked({list(scene.mark_of(0))})"))
    desk, following = Ours(hands, address), []
    memory: dict[str, tuple[float, float]] = {}
    hands.page.locator(".ed-canvas").focus()
    for number in range(1, count):
        desk.fetched()
        following.append(desk.next_frame(number))
        if number in (10, count - 1):
            memory[f"on frame {number + 1}"] = hands.heap(), hands.memory()
    hands.close()
    name, one = f"{count} frames", "one picture only"
    rows = [Row(name, "first frame, new browser", first, goal=FIRST_GOAL, why=one),
            Row(name, "first frame, known browser", again, goal=FIRST_GOAL, why=one),
            Row(name, "next frame, fetched ahead", following, goal=NEXT_GOAL, why=one)]
    for place, entry in memory.items():
        rows += [Row(name, f"{what} {place}", [value], unit="MB", why=one)
                 for what, value in zip(("JS heap", "browser's memory"), entry, strict=True)]
    return rows


def large(browser: Browser, world: World, *, compare: bool = True) -> list[Row]:
    """7680 x 4320: opened, drawn on, panned, zoomed."""
    scale = scene.EIGHT_K[0] / scene.FULL_HD[0]
    hands = Hands(browser, Ours.adapter, [world.cookie])
    desk = Ours(hands, world.large(), scale)
    found: dict[str, Values] = {"first shape visible": [desk.open()]}
    found["picture visible"] = [hands.seen("desk.picture()")]
    for name, entry in (("draw a box", desk.draw()[0]), ("pan", desk.pan()), ("wheel", desk.wheel())):
        found[f"{name}: frames"], found[f"{name}: work a move"] = entry["frames"], [entry["work"]]
    desk.fetched()
    found["next frame, fetched ahead"] = [desk.next_frame(1)]
    found["browser's memory"] = [hands.memory()]
    hands.close()
    theirs: dict[str, Values] = {}
    if compare:
        with peer.served(next(scene.frames(scene.EIGHT_K, 1)), scene.crowd(300, world.labels, size=scene.EIGHT_K)) as address:
            hands = Hands(browser, Annotorious.adapter, [])
            other = Annotorious(hands, address, scale)
            theirs["first shape visible"] = [other.open()]
            entry = other.draw()[0]
            theirs |= {"draw a box: frames": entry["frames"], "draw a box: work a move": [entry["work"]]}
            theirs["browser's memory"] = [hands.memory()]
            hands.close()
    return [Row("8k picture", name, values, theirs.get(name), "MB" if "memory" in name else "ms",
                NEXT_GOAL if name.startswith("next") else None,
                "no zoom of its own" if name.startswith(("pan", "wheel")) else "one picture only") for name, values in found.items()]
