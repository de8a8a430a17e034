"""Pictures of the sandbox's own pages: a Toloker's desk and the requester's office, with work that is not ours."""
import base64
import io
import random
from pathlib import Path
from typing import Any, Protocol

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.pictures import Gallery
from tests.sandbox.desk.conftest import Desk, Shop, template_builder
from tests.stack.sandbox import Door, RequesterAccount, TolokerAccount

FACES = {"type": "field.radio-group", "label": "Is there an animal on it?", "data": {"type": "data.output", "path": "result"},
         "options": [{"value": "YES", "label": "Yes"}, {"value": "NO", "label": "No"}], "validation": {"type": "condition.required"}}
LOOK = {"type": "view.list", "items": [{"type": "view.image", "url": {"type": "data.input", "path": "title"}}, FACES]}
BOXES = {"type": "view.list", "items": [
    {"type": "view.text", "content": "Draw a box around every wheel and a polygon around the motorcycle."},
    {"type": "field.image-annotation", "label": "Mark the wheels", "image": {"type": "data.input", "path": "title"},
     "data": {"type": "data.output", "path": "result"}, "validation": {"type": "condition.required"},
     "labels": [{"label": "Wheel", "value": "wheel"}, {"label": "Motorcycle", "value": "motorcycle"}]},
    {"type": "field.text", "label": "Anything odd?", "data": {"type": "data.output", "path": "note"}}]}
DRAWN: dict[str, Any] = {"result": {"type": "json", "required": True}, "note": {"type": "string", "required": False}}
REGIONS: list[dict[str, Any]] = [{"shape": "rectangle", "left": 0.16, "top": 0.47, "width": 0.22, "height": 0.34, "label": "wheel"},
           {"shape": "rectangle", "left": 0.69, "top": 0.58, "width": 0.24, "height": 0.32, "label": "wheel"}]
RULES = {"configs": [
    {"collector_config": {"type": "GOLDEN_SET", "parameters": {"history_size": 10}},
     "rules": [{"conditions": [{"key": "golden_set_correct_answers_rate", "operator": "LT", "value": 60}],
                "action": {"type": "RESTRICTION_V2", "parameters": {"scope": "PROJECT", "duration": 2, "duration_unit": "DAYS"}}}]}]}


class Host(Protocol):
    """The tour around this one."""

    gallery: Gallery
    photographs: Path
    sandbox_url: str

    def open_page(self) -> Page: ...


class SandboxTour:
    """Another requester's projects, and Ada who works on them."""

    def __init__(self, tour: Host) -> None:
        self.gallery, self.photographs, self.url = tour.gallery, tour.photographs, tour.sandbox_url
        made = Door(self.url).call("POST", "/control/v1/requesters", {"name": "Ann's lab", "balance": "250.00"})
        self.shop = Shop(RequesterAccount(self.url, f"OAuth {made['token']}", made["id"], made["token"]))
        self.page, self.office = tour.open_page(), tour.open_page()
        self.desk = Desk(self.page, self.url)

    def run(self) -> None:
        self.gallery.room("The sandbox")
        self.ada = self.desk.become("Ada")
        project, pool = self.drawing()
        self.training()
        self.talk(pool)
        self.requester(project, pool)
        self.shop.close_all()

    def photograph(self, name: str) -> str:
        """A small JPEG of it as a data address."""
        file = io.BytesIO()
        with Image.open(self.photographs / name) as picture:
            picture.convert("RGB").save(file, "JPEG", quality=70)
        return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"

    def drawing(self) -> tuple[str, str]:
        """A page of the template builder, half done."""
        project = self.shop.project(template_builder(BOXES), name="Wheels of a motorcycle", output=DRAWN)
        pool = self.shop.pool(project, [self.photograph("motorcycle_left.png")] * 4, quality_control=RULES)
        frame = self.desk.take(pool, self.ada)
        frame.locator(".ia.ready").first.wait_for()
        box = frame.locator(".ia-picture").first.bounding_box()
        assert box is not None
        for region in REGIONS:
            left, top = box["x"] + region["left"] * box["width"], box["y"] + region["top"] * box["height"]
            self.page.mouse.move(left, top)
            self.page.mouse.down()
            self.page.mouse.move(left + region["width"] * box["width"], top + region["height"] * box["height"], steps=4)
            self.page.mouse.up()
        expect(frame.get_by_role("list", name="Regions").get_by_role("listitem")).to_have_count(2)
        self.gallery.take(self.page, "desk-template-builder", full=False)
        self.desk.submit()
        self.page.get_by_role("heading", name="Submitted, now in review").wait_for()
        for name in ("Ben", "Cleo"):
            other = self._toloker(name)
            answer = {"result": [jittered(region) for region in REGIONS], "note": "The front wheel is cut off."}
            other.submit(other.take(pool)["id"], answer)
        return project, pool

    def _toloker(self, name: str) -> TolokerAccount:
        made = Door(self.url).call("POST", "/worker/v1/tolokers", {"name": name, "profile": {}, "computed": {}})
        return TolokerAccount(self.url, f"Toloker {made['token']}", made["id"], made["token"])

    def training(self) -> None:
        """A wrong answer and its hint."""
        call = self.shop.requester.call
        project = self.shop.project(template_builder(LOOK), name="Is there an animal?")
        lesson = str(call("POST", "/api/v1/trainings", {
            "project_id": project, "private_name": "Animals for beginners", "inherited_instructions": True,
            "assignment_max_duration_seconds": 600, "training_tasks_in_task_suite_count": 1})["id"])
        call("POST", "/api/v1/tasks?open_pool=true", {
            "pool_id": lesson, "input_values": {"title": self.photograph("chelsea.png")},
            "known_solutions": [{"output_values": {"result": "YES"}}],
            "message_on_unknown_solution": "Look at the ears and the whiskers."})
        self.page.goto(f"{self.url}/#/")
        self.page.get_by_role("button", name="Practise: Is there an animal?").wait_for()
        self.gallery.take(self.page, "desk-open-tasks-with-training")
        frame = self.desk.take(lesson, self.ada)
        frame.get_by_label("No").check()
        self.desk.submit()
        expect(frame.get_by_role("alert")).to_be_visible()
        self.gallery.take(self.page, "desk-training-hint", full=False)
        self.lesson, self.animals = lesson, project

    def talk(self, pool: str) -> None:
        """A rejection, an appeal, and what the requester writes about it."""
        office, page = self.office, self.page
        (work,) = [one for one in self.shop.assignments(pool, "SUBMITTED") if one["user_id"] == self.ada.id]
        self.shop.review(work["id"], "REJECTED", "The motorcycle has no polygon.")
        self.ada.appeal(work["id"], "The instructions ask for boxes only.")
        office.goto(f"{self.url}/requester/messages/to/{self.ada.id}")
        office.get_by_label("API token").fill(self.shop.requester.token)
        office.get_by_role("button", name="Log in").click()
        office.get_by_label("Topic").fill("Your boxes")
        office.get_by_label("Text").fill("Your boxes are tight. Please mark the motorcycle itself, too.")
        office.get_by_role("button", name="Send").click()
        office.get_by_role("heading", name="Your boxes").wait_for()
        self.gallery.take(office, "sandbox-requester-messages")
        page.goto(f"{self.url}/#/messages")
        page.reload()
        page.get_by_role("link", name="Your boxes").click()
        page.get_by_label("Your answer").fill("I shall. Thank you for telling me.")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".bubble.mine")).to_contain_text("I shall.")
        self.gallery.take(page, "desk-messages")
        page.goto(f"{self.url}/#/work")
        page.locator(".work").first.wait_for()
        self.gallery.take(page, "desk-rejected-and-appealed")

    def requester(self, project: str, pool: str) -> None:
        office = self.office
        office.goto(f"{self.url}/requester/project/{project}/pool/{pool}")
        office.locator("[data-assignment-id]").first.wait_for()
        self.gallery.take(office, "sandbox-requester-pool")
        office.get_by_role("link", name="Audience and rules").click()
        office.locator(".rule-card").wait_for()
        self.gallery.take(office, "sandbox-requester-rules")
        office.goto(f"{self.url}/requester/project/{self.animals}/training/{self.lesson}")
        office.locator(".facts .badge").first.wait_for()
        self.gallery.take(office, "sandbox-requester-training")
        office.goto(f"{self.url}/requester/")
        office.get_by_role("link", name="Wheels of a motorcycle").wait_for()
        self.gallery.take(office, "sandbox-requester-projects")
        self.shop.requester.call("POST", f"/api/v1/trainings/{self.lesson}/close")


def jittered(region: dict[str, Any]) -> dict[str, Any]:
    """Nearly that region, as another hand draws it."""
    chance = random.Random(region["left"])
    return {**region, "left": region["left"] + chance.uniform(-0.02, 0.02), "top": region["top"] + chance.uniform(-0.02, 0.02)}
