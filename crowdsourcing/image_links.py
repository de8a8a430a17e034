"""Addresses of single images for pages of the platform, which load them without login and without cookies.

`api/crowdsourcing/images/<suite id>.<frame>.<signature>/<file name>`. The signature covers suite, frame and the suite's nonce: it opens
this frame and no other, cannot be guessed, and is worthless as soon as the nonce changes or the suite's pool is archived (a cache may
keep what it has for CACHE_SECONDS). Whoever has the address sees the image: so does everybody who is given the task.
"""
import re
from collections.abc import Iterable
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from annotation.models import Frame
from crowdsourcing.models import TaskSuite
from crowdsourcing.statuses import PoolStatus

_SALT = "crowdsourcing.images"
_TOKEN = re.compile(r"([1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,8})\.([0-9a-f]{64})", re.ASCII)
# Longer file names are left out: platforms bound their fields, and a name is for people only.
_LONGEST_NAME = 120
CACHE_SECONDS = 24 * 3600


class NoImage(Exception):
    """No address of ours, or one of an earlier nonce or of an archived pool."""


def address_of(task_suite: TaskSuite, frame: Frame) -> str:
    """Absolute address of the image of a frame of the suite's task, upright and as the shapes' coordinates mean it. Asks no table."""
    return addresses_of(task_suite, [frame])[0]


def addresses_of(task_suite: TaskSuite, frames: Iterable[Frame]) -> list[str]:
    return [settings.PUBLIC_URL + reverse("crowd-image", args=[
        f"{task_suite.pk}.{frame.number}.{_signature(task_suite, frame.number)}", _name_of(frame)]) for frame in frames]


def frame_of(token: str, name: str) -> Frame:
    """The frame that an address shows. Raises NoImage."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise NoImage
    number = int(found[2])
    suite = TaskSuite.objects.select_related("pool").filter(pk=int(found[1])).first()
    if suite is None or not constant_time_compare(_signature(suite, number), found[3]) or suite.pool.status == PoolStatus.ARCHIVED:
        raise NoImage
    frame = Frame.objects.filter(task=suite.pool.task_id, number=number).first()
    # One image has one address, so that caches keep one copy.
    if frame is None or name != _name_of(frame):
        raise NoImage
    return frame


def _signature(suite: TaskSuite, number: int) -> str:
    return salted_hmac(_SALT, f"{suite.pk}.{number}.{suite.key_nonce}", algorithm="sha256").hexdigest()


def _name_of(frame: Frame) -> str:
    """Its file name, as the editor shows it to Tolokers too."""
    name = frame.name.replace("\\", "/").rpartition("/")[2]
    return name if name.isprintable() and name not in ("", ".", "..") and len(quote(name)) <= _LONGEST_NAME else "image"
