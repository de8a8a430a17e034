"""Which pools a robot leaves alone for a while, and how often a whole crew asks."""
import threading
import time

# Pauses between looks while there is nothing to do: short at first, for nobody should wait long for a robot.
_IDLE_SECONDS, _LONGEST_IDLE_SECONDS = 0.4, 2.0
# However many robots there are, together they look about so many times a second: a look costs the server some 30 ms.
_LOOKS_A_SECOND = 4.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 600.0


class Patience:
    """After each refusal in a row a pool is left alone for twice as long (machine's seconds), up to ten minutes."""

    def __init__(self) -> None:
        self._refusals: dict[str, int] = {}
        self._not_before: dict[str, float] = {}

    def allows(self, pool_id: str) -> bool:
        return time.monotonic() >= self._not_before.get(pool_id, 0.0)

    def refused(self, pool_id: str, weight: int = 1) -> None:
        """Not taken, or not to be answered by a robot: the latter weighs more, for it costs the pool something."""
        self._refusals[pool_id] = self._refusals.get(pool_id, 0) + weight
        pause = min(_SHORTEST_PAUSE * 2.0 ** min(self._refusals[pool_id], 20), _LONGEST_PAUSE)
        self._not_before[pool_id] = time.monotonic() + pause

    def worked(self, pool_id: str) -> None:
        self._refusals.pop(pool_id, None)
        self._not_before.pop(pool_id, None)


class Lobby:
    """Where a crew's robots wait for work. Who finds some wakes another one, so a large crew may look rarely and still come soon.

    `speed`: the sandbox's seconds in one of the machine's, kept up to date by the crew.
    """

    def __init__(self) -> None:
        self.speed, self.size = 1.0, 1
        self._bell = threading.Condition()

    def wait(self, looks: int) -> None:
        """Rest after this many looks in vain, or until the bell."""
        longest = max(_LONGEST_IDLE_SECONDS, self.size / _LOOKS_A_SECOND)
        with self._bell:
            self._bell.wait(min(_IDLE_SECONDS * 1.5 ** min(looks, 30), longest))

    def ring(self, everybody: bool = False) -> None:
        """There is work, or it is time to go."""
        with self._bell:
            self._bell.notify(self.size if everybody else 1)
