"""Toloka, and every server that speaks its requester API (the bundled sandbox does)."""
from crowdsourcing.providers.toloka.asking import AskingCalls
from crowdsourcing.providers.toloka.drawing import Drawings
from crowdsourcing.providers.toloka.people import People
from crowdsourcing.providers.toloka.pools import Pools
from crowdsourcing.providers.toloka.projects import Projects
from crowdsourcing.providers.toloka.skills import Skills
from crowdsourcing.providers.toloka.webhooks import Webhooks


class TolokaProvider(Projects, Pools, Drawings, AskingCalls, Skills, People, Webhooks):
    """crowdsourcing.providers.base.Provider over HTTP. See docs/provider-contract.md for what it cannot do."""


__all__ = ["TolokaProvider"]
