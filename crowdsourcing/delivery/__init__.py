"""The outbox: claim a command, call the platform outside of any transaction, settle.

A worker may die at any line. Before the claim: the row waits. After it: the row is IN_FLIGHT and is released when its claim is
COMMAND_RELEASE_SECONDS old; every step is an "ensure", so the next worker finds what the dead one did.
"""
from crowdsourcing.delivery.claims import due_commands, release_stuck
from crowdsourcing.delivery.run import deliver_command
from crowdsourcing.delivery.work import Handler, Work

__all__ = ["Handler", "Work", "deliver_command", "due_commands", "release_stuck"]
