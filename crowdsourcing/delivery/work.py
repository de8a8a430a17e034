"""What a handler is given."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crowdsourcing.delivery.claims import renew
from crowdsourcing.models import ProviderCommand
from crowdsourcing.providers.base import Provider


@dataclass
class Work:
    """One claimed command, its target row and a guarded connection."""

    command: ProviderCommand
    target: Any
    provider: Provider

    def step(self, text: str) -> None:
        """Tell people what happens next, and keep the claim. Raises Superseded when the claim is lost."""
        renew(self.command, text)


# Raises ProviderError. Made of "ensure" steps: running it again after a crash at any line is harmless.
Handler = Callable[[Work], None]
