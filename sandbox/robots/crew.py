"""The robots' process: one thread for each row of the robots table, for as long as the row stands.

The rows are all this process reads from the database; the work itself goes over HTTP.
"""
import logging
import time

import httpx
from django.conf import settings
from django.db import OperationalError, connection

from sandbox.models import Robot
from sandbox.robots.toloker import RobotToloker

log = logging.getLogger(__name__)
POLL_SECONDS = 0.3
FAREWELL_SECONDS = 3.0


def run(url: str | None = None) -> None:
    """Run until interrupted."""
    base = (url or settings.SANDBOX_URL).rstrip("/")
    crew: dict[str, RobotToloker] = {}
    log.info("Robots work at %s", base)
    try:
        while True:
            try:
                _follow(crew, base)
            except OperationalError:
                log.warning("The database did not answer; trying again", exc_info=True)
                connection.close()
            time.sleep(POLL_SECONDS)
    finally:
        for robot in crew.values():
            robot.stop()
        until = time.monotonic() + FAREWELL_SECONDS
        for robot in crew.values():
            robot.thread.join(max(0.0, until - time.monotonic()))


def _follow(crew: dict[str, RobotToloker], base: str) -> None:
    rows = {row.id: row for row in Robot.objects.all()}
    for key in set(crew) - set(rows):
        crew.pop(key).stop()
    for key, row in rows.items():
        if key not in crew and _has_token(row, base):
            crew[key] = RobotToloker(base, row.config)
            crew[key].start()


def _has_token(row: Robot, base: str) -> bool:
    """Register the robot as a Toloker once; after a restart of this process it is the same person."""
    if row.config.get("token"):
        return True
    body = {"name": row.config.get("name") or f"Robot {row.config['number']}", "profile": row.config["profile"], "computed": row.config["computed"]}
    try:
        answer = httpx.post(f"{base}/worker/v1/tolokers", json=body, timeout=30)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.warning("A robot could not register: %s", error)
        return False
    # A row deleted meanwhile stays deleted.
    row.config = {**row.config, "token": answer.json()["token"]}
    return bool(Robot.objects.filter(pk=row.pk).update(config=row.config))
