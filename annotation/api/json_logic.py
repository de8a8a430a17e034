"""`filter=<JSON logic>` of the lists, the part of that language which CVAT's programs write, as a condition of the database.

{"and": [A, …]}, {"or": [A, …]}, {"!": A}, {"!!": A}; {"var": "name"} alone: it is set. {"==": [{"var": "name"}, value]}, also != < > <= >=;
{"<=": [low, {"var": "name"}, high]} for between; {"in": [{"var": "name"}, [values]]} for one of, {"in": ["part", {"var": "name"}]} for a
part of a text, whatever its case. Anything else is a sentence.
"""
from collections.abc import Callable
from typing import Any

import orjson
from django.db.models import Q

from annotation.api.terms import Kind, Term, Terms, Unfit

MAX_LENGTH = 16_384
MAX_DEPTH = 16
MAX_CONDITIONS = 100
MAX_VALUES = 500
_LOOKUPS = {"==": "exact", "<": "lt", ">": "gt", "<=": "lte", ">=": "gte"}
# The same comparison read from the other side.
_TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class BadFilter(ValueError):
    """A sentence about what is wrong with the filter."""


def compile_filter(source: str, terms: Terms) -> tuple[Q, set[str]]:
    """The condition, and the names it uses. BadFilter."""
    if len(source) > MAX_LENGTH:
        raise BadFilter(f"The filter is longer than {MAX_LENGTH} characters.")
    try:
        rule = orjson.loads(source)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise BadFilter(f"The filter is not JSON: {error}") from error
    compiler = _Compiler({name: term for name, term in terms.items() if not term.simple_only})
    return compiler.condition(rule, 1), compiler.used


class _Compiler:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.used: set[str] = set()
        self.conditions = 0

    def condition(self, rule: Any, depth: int) -> Q:
        """What a rule says. BadFilter."""
        if depth > MAX_DEPTH:
            raise BadFilter(f"The filter is nested deeper than {MAX_DEPTH} levels.")
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise BadFilter(f"The filter has more than {MAX_CONDITIONS} conditions.")
        if not isinstance(rule, dict) or len(rule) != 1:
            raise BadFilter('A condition is an object with one operator, like {"==": [{"var": "id"}, 1]}.')
        (operator, operand), = rule.items()
        make = self._makers().get(operator)
        if make is None:
            raise BadFilter(f"“{operator[:32]}” is not one of the operators {' '.join(self._makers())}.")
        return make(operator, operand, depth)

    def _makers(self) -> dict[str, Callable[[str, Any, int], Q]]:
        return {"and": self._all, "or": self._all, "!": self._not, "!!": self._is, "var": self._is_set, "in": self._in,
                **dict.fromkeys(_TURNED, self._compare)}

    def _all(self, operator: str, operand: Any, depth: int) -> Q:
        if not isinstance(operand, list) or not operand:
            raise BadFilter(f"“{operator}” takes a list of conditions.")
        found = Q()
        for rule in operand:
            found = found & self.condition(rule, depth + 1) if operator == "and" else found | self.condition(rule, depth + 1)
        return found

    def _not(self, operator: str, operand: Any, depth: int) -> Q:
        return ~self._is(operator, operand, depth)

    def _is(self, operator: str, operand: Any, depth: int) -> Q:
        if isinstance(operand, list) and len(operand) == 1:
            operand = operand[0]
        return self.condition(operand, depth + 1)

    def _is_set(self, operator: str, operand: Any, depth: int) -> Q:
        name, term = self._term({"var": operand})
        return Q(**{term.column(name): True}) if term.kind == Kind.FLAG else Q(**{f"{term.column(name)}__isnull": False})

    def _term(self, operand: Any) -> tuple[str, Term]:
        name = operand["var"] if _is_var(operand) else None
        # The language allows ["name", default]; programs write the list with the name alone.
        if isinstance(name, list) and len(name) == 1:
            name = name[0]
        if not isinstance(name, str) or name not in self.terms:
            raise BadFilter(f"“{str(name)[:64]}” is not one of {', '.join(self.terms)}.")
        self.used.add(name)
        return name, self.terms[name]

    def _value(self, name: str, term: Term, raw: Any) -> Any:
        try:
            return term.value(raw)
        except Unfit as unfit:
            shown = orjson.dumps(raw).decode()
            raise BadFilter(f"{name}: {shown[:64]} {unfit}") from unfit

    def _compare(self, operator: str, operand: Any, depth: int) -> Q:
        if not isinstance(operand, list) or len(operand) not in (2, 3):
            raise BadFilter(f'“{operator}” takes a list of two, like {{"{operator}": [{{"var": "id"}}, 1]}}.')
        if len(operand) == 3:
            return self._between(operator, *operand)
        if not _is_var(operand[0]) and _is_var(operand[1]):
            operator, operand = _TURNED[operator], [operand[1], operand[0]]
        name, term = self._term(operand[0])
        if operator == "!=":
            return ~self._single(name, term, "==", operand[1])
        return self._single(name, term, operator, operand[1])

    def _single(self, name: str, term: Term, operator: str, raw: Any) -> Q:
        if raw is None and operator == "==":
            return Q(**{f"{term.column(name)}__isnull": True})
        value = self._value(name, term, raw)
        return Q(**{f"{term.column(name)}__{_LOOKUPS[operator]}": value})

    def _between(self, operator: str, low: Any, variable: Any, high: Any) -> Q:
        if operator not in ("<", "<="):
            raise BadFilter('Between is written {"<=": [low, {"var": "id"}, high]}.')
        name, term = self._term(variable)
        return self._single(name, term, _TURNED[operator], low) & self._single(name, term, operator, high)

    def _in(self, operator: str, operand: Any, depth: int) -> Q:
        if not isinstance(operand, list) or len(operand) != 2:
            raise BadFilter('“in” is written {"in": [{"var": "id"}, [1, 2]]} or {"in": ["part", {"var": "name"}]}.')
        if _is_var(operand[1]):
            name, term = self._term(operand[1])
            if term.kind != Kind.TEXT or not isinstance(operand[0], str):
                raise BadFilter(f"{name}: only texts have parts.")
            # A part need not be one of the choices.
            return Q(**{f"{term.column(name)}__icontains": self._value(name, Term(Kind.TEXT), operand[0])})
        name, term = self._term(operand[0])
        if not isinstance(operand[1], list) or len(operand[1]) > MAX_VALUES:
            raise BadFilter(f"{name}: “in” takes a list of at most {MAX_VALUES} values.")
        values = [self._value(name, term, raw) for raw in operand[1] if raw is not None]
        found = Q(**{f"{term.column(name)}__in": values})
        return found | Q(**{f"{term.column(name)}__isnull": True}) if None in operand[1] else found


def _is_var(operand: Any) -> bool:
    return isinstance(operand, dict) and list(operand) == ["var"]
