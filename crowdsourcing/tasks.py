"""Celery's bells. The rows are the truth: a lost bell is made up for by the periodic sweep."""
from uuid import UUID

from celery import shared_task


def wake(command_id: UUID) -> None:
    """Ring for one command."""
    deliver.delay(str(command_id))


@shared_task
def deliver(command_id: str) -> None:
    """Carry out one command, if it is due and nobody else has it."""
    from crowdsourcing.delivery import deliver_command

    deliver_command(UUID(command_id))
