"""Creating many objects in one request, idempotently: what tasks, task suites and bonuses have in common.

The operation's row is written in the same transaction as the objects: a repeated `operation_id` meets its primary key and gets
409 OPERATION_ALREADY_EXISTS, whatever became of the first answer.
"""
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from sandbox.api import operations
from sandbox.errors import ApiError, ValidationError
from sandbox.http import Call, Reply
from sandbox.models import Operation

T = TypeVar("T", bound=Model)
# Position in the request -> {dotted path: {code, message}}.
Errors = dict[int, dict[str, Any]]


class Batch(ABC, Generic[T]):
    """One request's objects of one noun. Made anew for each request; everything runs in one transaction."""

    operation: ClassVar[str]
    # Types of log items: of an object that was made, of one that was refused.
    made_as: ClassVar[str]
    refused_as: ClassVar[str]
    # The name of the new object's id in a log item's `output`.
    id_name: ClassVar[str]
    flags: ClassVar[tuple[str, ...]] = ("skip_invalid_items", "allow_defaults", "open_pool")
    most_at_once: ClassVar[int] = 5_000

    def __init__(self, call: Call, items: list[Any]) -> None:
        self.call, self.items = call, items
        # Log items of what happened beside the making.
        self.beside: list[dict[str, Any]] = []

    def check_size(self) -> None:
        """413 if the request as a whole is too large."""

    @abstractmethod
    def read(self) -> tuple[dict[int, T], Errors]:
        """Unsaved rows of the good items and what is wrong with the others, by position. 409 where nothing can be made at all."""

    @abstractmethod
    def store(self, rows: dict[int, T]) -> None:
        """Save the rows, and what follows from them."""

    @abstractmethod
    def show(self, row: T) -> dict[str, Any]:
        """A saved row as the API shows it."""

    def as_failure(self, refusal: ApiError) -> dict[str, Any] | None:
        """What an operation's log says of each item if `store` was refused like this; None if the request itself is refused."""
        return None


def create(call: Call, noun: type[Batch[T]]) -> Reply:
    """201 with the object or `{items, validation_errors}`, or 202 with a finished operation (async_mode); 400, 409, 413."""
    single = isinstance(call.body, dict)
    batch = noun(call, _items(call.body))
    asynchronous, skip_invalid = call.flag("async_mode"), call.flag("skip_invalid_items") and not single
    if not asynchronous and len(batch.items) > noun.most_at_once:
        raise ApiError("CONTENT_TOO_LARGE", f"At most {noun.most_at_once} objects without async_mode")
    batch.check_size()
    key = operations.id_of(call)
    if key is not None and Operation.objects.filter(pk=key).exists():
        raise ApiError("OPERATION_ALREADY_EXISTS")
    with transaction.atomic():
        rows, errors = batch.read()
        failed = bool(errors) and not skip_invalid
        if failed and not asynchronous:
            raise ValidationError(errors[0] if single else _by_text(errors))
        refused = None if failed else _store(batch, rows, asynchronous)
        made = {} if failed or refused else rows
        if asynchronous or key is not None:
            operation = _operation(batch, key, made, errors, refused, failed or refused is not None)
    if asynchronous:
        return Reply(operations.show(operation), 202)
    if single:
        return Reply(batch.show(made[0]), 201)
    return Reply({"items": {str(index): batch.show(row) for index, row in made.items()}, "validation_errors": _by_text(errors)}, 201)


def _items(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if body is None or isinstance(body, dict):
        return [] if body is None else [body]
    raise ValidationError({"": {"code": "OBJECT_EXPECTED", "message": "An object or an array of objects is expected"}})


def _by_text(errors: Errors) -> dict[str, Any]:
    return {str(index): error for index, error in errors.items()}


def _store(batch: Batch[T], rows: dict[int, T], asynchronous: bool) -> dict[str, Any] | None:
    """None if all rows are saved; else nothing is, and this is what the log says of each."""
    try:
        with transaction.atomic():
            batch.store(rows)
    except ApiError as refusal:
        failure = batch.as_failure(refusal) if asynchronous else None
        if failure is None:
            raise
        return failure
    return None


def _operation(batch: Batch[T], key: UUID | None, made: dict[int, T], errors: Errors, refused: dict[str, Any] | None,
               failed: bool) -> Operation:
    call, total = batch.call, len(batch.items)
    assert call.requester is not None
    log = [line for index, item in enumerate(batch.items) for line in _lines(batch, index, item, made, errors, refused)]
    details = {"total_count": total, "valid_count": total - len(errors), "not_valid_count": len(errors),
               "success_count": len(made), "failed_count": total - len(made)}
    parameters = {name: call.flag(name) for name in batch.flags}
    return operations.finished(call.requester, batch.operation, call.now, parameters, id=key, details=details,
                               log=log + ([] if failed else batch.beside), status="FAIL" if failed else "SUCCESS")


def _lines(batch: Batch[T], index: int, item: Any, made: dict[int, T], errors: Errors,
           refused: dict[str, Any] | None) -> list[dict[str, Any]]:
    """An item's part of the log; none for a good item of a failed batch.

    toloka-kit finds its own item again by the `__item_idx` in `input`, and takes `success` for "this object exists".
    """
    if index in made:
        return [{"type": batch.made_as, "success": True, "input": item, "output": {batch.id_name: str(made[index].pk)}}]
    if index in errors:
        return [{"type": batch.refused_as, "success": False, "input": item, "output": errors[index]}]
    return [] if refused is None else [{"type": batch.made_as, "success": False, "input": item, "output": refused}]
