"""A platform in memory with the same contract, for fast tests. One `FakePlatform` is the far side; `FakeProvider` a connection to it.

Faults: `platform.fail(method, error, times=1, after=False)`; `after=True` does the work first and loses the answer.
"""
from crowdsourcing.providers.fake.platform import FakePlatform, FakeTask
from crowdsourcing.providers.fake.provider import FakeProvider

__all__ = ["FakePlatform", "FakeProvider", "FakeTask"]
