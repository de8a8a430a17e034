"""What kombu's Redis transport needs so that a worker outlives its Redis."""
import logging
from typing import Any

from kombu.transport import redis as transport

log = logging.getLogger(__name__)


class LosingQoS(transport.QoS):
    """A worker whose connection broke puts back what it had not acknowledged, over that very connection, and acknowledges there what it
    finishes later; it dies of both (kombu 5.7: "'NoneType' object has no attribute 'hostname'", "... 'client'"). Here it lets go: the rows
    are the truth, and the sweeps ring again. A worker that is asked to end still puts everything back.
    """

    @property
    def _is_cut(self) -> bool:
        connection = self.channel.connection
        return connection is None or connection.client is None

    def restore_unacked(self, client: Any = None) -> None:
        if client is None and self._is_cut:
            log.warning("Redis went away: %s messages are not put back, the sweeps make up for them.", len(self._delivered))
            self._delivered.clear()
            return
        super().restore_unacked(client)

    def ack(self, delivery_tag: str) -> None:
        if self._is_cut:
            log.warning("Redis went away while a task ran: it is done, and not acknowledged.")
            return
        super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if self._is_cut:
            log.warning("Redis went away while a task ran: it failed, and is not put back.")
            return
        super().reject(delivery_tag, requeue)


def outlive_redis() -> None:
    """For every channel from now on."""
    transport.Channel.QoS = LosingQoS
