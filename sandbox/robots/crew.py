"""The robots' process: one thread for each row of the robots table, for as long as the row stands.

The rows and the clock's speed are all this process reads from the database; the work itself goes over HTTP.
"""
import logging
import time

import httpx
from django.conf import settings
from django.db import OperationalError, connection

from sandbox.models import Clock, Robot
from sandbox.robots.patience import Lobby
from sandbox.robots.toloker import RobotToloker

log = logging.getLogger(__name__)
POLL_SECONDS = 0.3
FAREWELL_SECONDS = 3.0
# The server has about as many hands; more would only queue there.
CONNECTIONS = 24


def run(url: str | None = None) -> None:
    """Run until interrupted."""
    base = (url or settings.SANDBOX_URL).rstrip("/")
    crew: dict[str, RobotToloker] = {}
    lobby = Lobby()
    log.info("Robots work at %s", base)
    # One client for all: each would read the system's certificates anew.
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    with httpx.Client(base_url=base, timeout=httpx.Timeout(60, pool=None), limits=limits, trust_env=False) as http:
        try:
            while True:
                try:
                    _follow(crew, http, lobby)
                except OperationalError:
                    log.warning("The database did not answer; trying again", exc_info=True)
                    connection.close()
                time.sleep(POLL_SECONDS)
        finally:
            _send_home(list(crew.values()), lobby)


def _send_home(robots: list[RobotToloker], lobby: Lobby) -> None:
    for robot in robots:
        robot.stop()
    lobby.ring(everybody=True)
    until = time.monotonic() + FAREWELL_SECONDS
    for robot in robots:
        robot.thread.join(max(0.0, until - time.monotonic()))


def _follow(crew: dict[str, RobotToloker], http: httpx.Client, lobby: Lobby) -> None:
    rows = {row.id: row for row in Robot.objects.all()}
    lobby.speed = Clock.objects.values_list("speed", flat=True).get(id=1)
    for key in set(crew) - set(rows):
        crew.pop(key).stop()
    for key, row in rows.items():
        if key not in crew and _has_token(row, http):
            crew[key] = RobotToloker(http, row.config, lobby)
            crew[key].start()
    lobby.size = max(1, len(crew))


def _has_token(row: Robot, http: httpx.Client) -> bool:
    """Register the robot as a Toloker once; after a restart of this process it is the same person."""
    if row.config.get("token"):
        return True
    body = {"name": row.config.get("name") or f"Robot {row.config['number']}", "profile": row.config["profile"],
            "computed": row.config["computed"]}
    try:
        answer = http.post("worker/v1/tolokers", json=body)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.warning("A robot could not register: %s", error)
        return False
    # A row deleted meanwhile stays deleted.
    row.config = {**row.config, "token": answer.json()["token"]}
    return bool(Robot.objects.filter(pk=row.pk).update(config=row.config))
