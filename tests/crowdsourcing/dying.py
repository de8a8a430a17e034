"""Workers that die at a chosen line."""
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing import delivery
from crowdsourcing.models import ProviderCommand


class Killed(BaseException):
    """What SIGKILL looks like from inside: nothing after it runs, no error is handled."""


def dies_in(module: Any, name: str, *, after: bool) -> Callable[[pytest.MonkeyPatch], None]:
    def arrange(monkeypatch: pytest.MonkeyPatch) -> None:
        original, calls = getattr(module, name), []

        def dying(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) > 1:
                return original(*args, **kwargs)
            if after:
                original(*args, **kwargs)
            raise Killed(name)

        monkeypatch.setattr(module, name, dying)

    return arrange


def revive() -> None:
    """What the sweep does for a dead worker once its claim is old."""
    ProviderCommand.objects.filter(status="in flight").update(claimed_at=timezone.now() - timedelta(hours=1))
    assert delivery.release_stuck() == 1
