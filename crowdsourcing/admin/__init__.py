"""The Django admin of this room: look at everything, ask for the platform's verbs as actions.

Verbs are actions and not savings of a form, because Django saves forms inside a transaction, and a service owns its own.
"""
from crowdsourcing.admin import accounts, assignments, commands, quality, twins, verifications

__all__ = ["accounts", "assignments", "commands", "quality", "twins", "verifications"]
