"""LedgerEntry: money, append-only."""
from django.db import models
from django.db.models import Q

from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.pools import Pool


class LedgerEntry(models.Model):
    """One movement between a pool's free, reserved and spent money, USD, price without the platform's fee.

    budget: +amount to free (when a pool is published: price x places, and again for each reissue);
    withdraw: -amount of free (places that are not offered any more);
    reserve: free -> reserved (submitted, waiting for review); release: reserved -> free (rejected);
    charge: reserved -> spent (accepted); charge_after_release: free -> spent (accepted after a rejection).
    """

    class Kind(models.TextChoices):
        BUDGET = "budget"
        WITHDRAW = "withdraw"
        RESERVE = "reserve"
        RELEASE = "release"
        CHARGE = "charge"
        CHARGE_AFTER_RELEASE = "charge_after_release"

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="ledger")
    assignment = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_amount_not_negative"),
            # However often news of an assignment arrives, each movement is booked once.
            models.UniqueConstraint(fields=["assignment", "kind"], condition=Q(assignment__isnull=False), name="one_movement_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
