"""Pictures of the editor in each of its modes, of its windows, and of what a file put into it."""
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, Page, expect

from cvatoloka.demo.client import Application, checked, wait_for
from cvatoloka.demo.sample import PROJECT_NAME
from tests.journeys.people import Requester
from tests.journeys.pictures import LAPTOP, PHONE, Gallery

Place = tuple[float, float]
LABELS = [
    {"name": "motorcycle", "color": "#ea580c", "type": "rectangle", "attributes": [
        {"name": "side", "mutable": False, "input_type": "select", "values": ["left", "right", "front"], "default_value": "left"},
        {"name": "parked", "mutable": False, "input_type": "checkbox", "values": ["false", "true"], "default_value": "true"},
        {"name": "condition", "mutable": False, "input_type": "radio", "values": ["new", "used", "broken"], "default_value": "used"},
        {"name": "wheels seen", "mutable": False, "input_type": "number", "values": ["0", "4", "1"], "default_value": "2"},
        {"name": "plate", "mutable": False, "input_type": "text", "values": [""], "default_value": ""}]},
    {"name": "cup", "color": "#db2777", "type": "polygon"},
    {"name": "spoon", "color": "#7c3aed", "type": "polyline"},
    {"name": "saucer", "color": "#0f766e", "type": "ellipse"},
    {"name": "eye", "color": "#06b6d4", "type": "points"},
    {"name": "cat", "color": "#16a34a", "type": "mask"},
    {"name": "indoors", "color": "#2563eb", "type": "tag"}]
# In the order of their names, which is the job's.
PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "coins.png", "motorcycle_left.png"]
# Pixels of coffee.png.
CUP = [(173, 105), (186, 66), (232, 30), (290, 18), (346, 30), (392, 66), (407, 108), (396, 160), (382, 208),
       (330, 240), (268, 246), (214, 226), (184, 176)]
SPOON = [(418, 72), (402, 116), (384, 205), (370, 262), (366, 318)]
SHAPES: list[dict[str, Any]] = [
    {"frame": 2, "label": "saucer", "type": "ellipse", "points": [278, 245, 479, 97]},
    {"frame": 2, "label": "cup", "type": "polygon", "points": [value for place in CUP for value in place]},
    {"frame": 2, "label": "spoon", "type": "polyline", "points": [value for place in SPOON for value in place], "occluded": True},
    {"frame": 1, "label": "eye", "type": "points", "points": [172, 117, 320, 137]},
    {"frame": 4, "label": "motorcycle", "type": "rectangle", "points": [92, 60, 684, 430], "rotation": 6}]


class Host(Protocol):
    """The tour around this one."""

    app: str
    browser: Browser
    api: Application
    requester: Requester
    gallery: Gallery
    photographs: Path


class Hands:
    """The mouse in an editor, in pixels of the image."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> "Hands":
        self.page.goto(address)
        return self.ready()

    def ready(self) -> "Hands":
        self.page.evaluate("() => window.ed.ready")
        expect(self.page.locator(".ed-loading")).to_have_count(0)
        return self

    def to_frame(self, number: int) -> None:
        """The job's frame with that number, 1 the first."""
        field = self.page.get_by_role("spinbutton", name="Frame")
        field.fill(str(number))
        field.press("Enter")
        expect(self.page.locator(".ed-loading")).to_have_count(0)
        self.page.locator(".ed-canvas").focus()

    def at(self, place: Place) -> Place:
        there = self.page.evaluate("place => window.ed.page(...place)", list(place))
        return there["x"], there["y"]

    def click(self, place: Place, **options: Any) -> None:
        self.page.mouse.click(*self.at(place), **options)

    def stroke(self, *places: Place) -> None:
        """Press at the first place, move over the others, let go."""
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place), steps=4)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name).click()

    def saved(self) -> None:
        expect(self.page.locator(".ed-save")).to_have_text("Saved")


class EditorTour:
    """One job with every kind of object; then a job that starts with what a file says."""

    def __init__(self, tour: Host) -> None:
        self.tour, self.gallery, self.api, self.page = tour, tour.gallery, tour.api, tour.requester.page
        self.hands = Hands(self.page)

    def run(self) -> None:
        self.gallery.room("The editor")
        project = self.api.post("projects", {"name": "Every kind of object", "labels": LABELS})["id"]
        job = self._job(project, "Five photographs", PHOTOGRAPHS)
        self.address = f"{self.tour.app}/jobs/{job}/editor"
        self._annotate(job, SHAPES)
        self.drawing()
        self.editing()
        self.windows()
        self.phone()
        self.trouble(job)
        self.starting_points()

    def _job(self, project: int, name: str, photographs: list[str]) -> int:
        """A new task of one job, its images processed."""
        task = self.api.post("tasks", {"name": name, "project_id": project})["id"]
        self.api.upload(task, [self.tour.photographs / photograph for photograph in photographs])
        wait_for("The task's images", lambda: self.api.get(f"tasks/{task}")["size"], 90)
        return int(self.api.every("jobs", task_id=task)[0]["id"])

    def _annotate(self, job: int, shapes: list[dict[str, Any]]) -> None:
        """Replace everything on the job."""
        labels = {label["name"]: label["id"] for label in self.api.every("labels", job_id=job)}
        plain = {"occluded": False, "z_order": 0, "rotation": 0, "attributes": []}
        known = [{**plain, **shape, "label_id": labels[shape["label"]]} for shape in shapes]
        body = {"shapes": [{name: value for name, value in shape.items() if name != "label"} for shape in known],
                "tags": [{"frame": 2, "label_id": labels["indoors"], "attributes": []}]}
        http = self.api.http
        checked(http.put(f"/api/jobs/{job}/annotations", json=body, headers={"X-CSRFToken": http.cookies["csrftoken"]}))

    def take(self, name: str, *, also: Sequence[tuple[int, int]] = ()) -> None:
        self.gallery.take(self.page, name, full=False, also=also)

    def drawing(self) -> None:
        hands = self.hands.open(self.address)
        hands.to_frame(3)
        self.take("editor-objects", also=[LAPTOP])
        hands.to_frame(4)
        self.take("editor-empty-frame")
        hands.press("e")
        self.take("editor-nothing-here")
        hands.press("e")
        hands.to_frame(1)
        hands.tool("Polygon")
        for place in [(284, 492), (292, 420), (330, 364), (386, 340), (446, 352)]:
            hands.click(place)
        self.page.mouse.move(*hands.at((496, 400)))
        self.take("editor-polygon", also=[LAPTOP])
        hands.press("Escape", "Escape")
        hands.to_frame(2)
        hands.tool("Mask")
        hands.stroke((60, 200), (160, 60), (300, 50), (340, 180), (220, 230), (90, 240), (150, 150), (280, 150))
        self.take("editor-brush", also=[LAPTOP])
        hands.press("n")
        hands.saved()

    def editing(self) -> None:
        hands = self.hands
        hands.to_frame(5)
        hands.click((388, 245))
        expect(self.page.locator(".ed-object.is-selected")).to_have_count(1)
        self.take("editor-rotated-box", also=[LAPTOP])
        hands.click((388, 245), button="right")
        self.take("editor-menu")
        hands.press("Escape")

    def windows(self) -> None:
        hands = self.hands
        for key, name in (("Control+b", "editor-propagate"), ("F1", "editor-keys"), ("F2", "editor-picture"), ("`", "editor-go-to-frame")):
            hands.press(key)
            self.take(name)
            hands.press("Escape")
            if key == "Control+b":
                hands.click((20, 490))
        self.page.get_by_role("button", name="Submit").click()
        self.take("editor-submit")
        self.page.get_by_role("dialog").get_by_role("button", name="Go back").click()

    def phone(self) -> None:
        """A phone in landscape, as it opens the editor."""
        width, height = PHONE
        context = self.tour.browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="en-GB",
                                                storage_state=self.page.context.storage_state())
        page = context.new_page()
        hands = Hands(page).open(self.address)
        hands.to_frame(3)
        self.gallery.only(page, "editor-phone-objects", PHONE)
        hands.click((300, 150))
        self.gallery.only(page, "editor-phone-selected", PHONE)
        hands.press("Escape")
        hands.to_frame(1)
        hands.tool("Polygon")
        for place in [(284, 492), (292, 420), (330, 364)]:
            page.touchscreen.tap(*hands.at(place))
        self.gallery.only(page, "editor-phone-polygon", PHONE)
        hands.press("Escape", "Escape")
        hands.to_frame(2)
        hands.tool("Mask")
        self.gallery.only(page, "editor-phone-brush", PHONE)
        context.close()

    def trouble(self, job: int) -> None:
        """Not saved, a draft offered after a reload, and a conflict."""
        hands = self.hands.open(self.address)
        self.page.route("**/api/editor/annotations", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
        hands.to_frame(4)
        hands.press("e")
        expect(self.page.locator(".ed-save")).to_contain_text("Not saved")
        self.take("editor-offline")
        self.page.on("dialog", lambda question: question.accept())
        # As in a crash: what a closing page still sends goes past the route above.
        self.page.evaluate("() => window.addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true)")
        hands.open(self.address)
        expect(self.page.get_by_role("dialog")).to_contain_text("not saved")
        self.take("editor-draft")
        self.page.get_by_role("button", name="Throw them away").click()
        self.page.unroute("**/api/editor/annotations")
        self._annotate(job, [shape for shape in SHAPES if shape["label"] != "spoon"])
        hands.to_frame(3)
        hands.click((300, 150))
        hands.press("q")
        expect(self.page.get_by_role("dialog")).to_contain_text("Changed in two places")
        self.take("editor-conflict")
        self.page.get_by_role("button", name="Take the other version").click()

    def starting_points(self) -> None:
        project = next(row["id"] for row in self.api.every("projects") if row["name"] == PROJECT_NAME)
        job = self._job(project, "What a model found", ["motorcycle_left.png", "coffee.png", "coins.png"])
        task = self.api.get(f"jobs/{job}")["task_id"]
        page = self.page
        page.goto(f"{self.tour.app}/tasks/{task}/imports")
        self.gallery.take(page, "imports-empty")
        page.locator("input[type=file]").set_input_files({"name": "detector.json", "mimeType": "application/json", "buffer": found()})
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
        self.gallery.take(page, "imports-refused")
        page.locator("input[type=file]").set_input_files({"name": "detector.json", "mimeType": "application/json", "buffer": found()})
        page.get_by_label(re.compile("leave out", re.I)).check()
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("2 of 3")).to_be_visible(timeout=30_000)
        page.locator("details.warnings summary").click()
        self.gallery.take(page, "imports-report")
        page.get_by_role("button", name="Let jobs start with them").click()
        expect(page.get_by_text("Jobs start with them")).to_be_visible()
        self.submitting(job)

    def submitting(self, job: int) -> None:
        """What nobody checked is asked about."""
        page = self.page
        hands = self.hands.open(f"{self.tour.app}/jobs/{job}/editor")
        self.take("editor-starting-point")
        page.get_by_role("button", name="Submit").click()
        self.take("editor-submit-starting-points")
        page.get_by_role("button", name="Submit anyway").click()
        expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
        self.take("editor-submitted")
        hands.open(f"{self.tour.app}/jobs/{job}/editor")
        self.take("editor-opened-after-submitting")


def found() -> bytes:
    """What a detector says; two of its boxes fit nothing of the task."""
    return coco([("motorcycle_left.png", 741, 500), ("coffee.png", 600, 400), ("of-another-task.png", 320, 240)],
                ["motorcycle", "cup", "bicycle"],
                [(1, 1, [92, 18, 592, 432]), (2, 2, [172, 17, 238, 291]), (2, 3, [30, 30, 80, 60]), (3, 1, [5, 5, 40, 40])])


def coco(pictures: Sequence[tuple[str, int, int]], labels: Sequence[str], boxes: Sequence[tuple[int, int, list[float]]]) -> bytes:
    """A COCO file. A box is the number of its picture, that of its label (1 the first), and left, top, width, height."""
    return json.dumps({
        "images": [{"id": number, "file_name": name, "width": width, "height": height}
                   for number, (name, width, height) in enumerate(pictures, 1)],
        "categories": [{"id": number, "name": name} for number, name in enumerate(labels, 1)],
        "annotations": [{"id": number, "image_id": picture, "category_id": label, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
                        for number, (picture, label, box) in enumerate(boxes, 1)]}).encode()
