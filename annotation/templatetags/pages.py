"""Small marks that every page uses. `{% load pages %}`.

| tag | gives |
|---|---|
| `{% icon "trash" %}` | an icon of the sprite (assets/icons.txt), hidden from screen readers |
| `{% when moment %}` | <time> in the user's zone: "12 minutes ago", the full time as title |
| `{% dot "green" "Open" %}` | status dot with its word; colours: green, blue, yellow, red, gray, dark |
| `{% swatch "#ff8800" %}` | a label's colour |
| `{% field form.name %}` | label, widget, help and errors of a bound field |
| `{% percent part whole %}` | whole number 0..100 |
| `{{ frame.number|place_in:job }}` | the frame's number within the job, from 1 |
| `{{ size|bytes }}` | alias of Django's filesizeformat without the odd space |
"""
import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.forms.boundfield import BoundField
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

DOTS = {"green", "blue", "yellow", "orange", "red", "gray", "dark"}
# Largest first: seconds of a unit and its name.
UNITS = ((31_536_000, "year"), (2_592_000, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    return format_html('<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
                       classes, static("vendor/icons.svg"), name)


@register.simple_tag
def dot(color: str, text: str, title: str = "") -> SafeString:
    """Colour never stands alone: the word says the same."""
    if color not in DOTS:
        raise ValueError(f"No such dot: {color}")
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="dot-label"{}><span class="dot dot-{}"></span>{}</span>', hint, color, text)


@register.simple_tag
def swatch(color: str) -> SafeString:
    # An SVG attribute, not a style attribute: a strict content security policy lets it pass.
    return format_html(
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2.5" fill="{}"/></svg>', color)


def relative(moment: datetime, now: datetime) -> str:
    """"3 hours ago", "in 2 days", "just now" (less than a minute away)."""
    seconds = (now - moment).total_seconds()
    for length, name in UNITS:
        if abs(seconds) >= length:
            # What is past is counted in whole units, what is to come is rounded: a token of 30 days expires "in 30 days".
            count = int(seconds // length) if seconds > 0 else round(-seconds / length)
            words = f"{count} {name}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now" if seconds >= 0 else "in a moment"


@register.simple_tag
def when(moment: datetime | None, empty: str = "never") -> SafeString:
    if moment is None:
        return format_html('<span class="text-secondary">{}</span>', empty)
    local = timezone.localtime(moment)
    title = f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"
    words = relative(moment, timezone.now())
    return format_html('<time datetime="{}" title="{}" data-relative>{}</time>', moment.isoformat(), title, words)


@register.simple_tag
def percent(part: float, whole: float) -> int:
    return max(0, min(100, int(100 * part / whole))) if whole else 0


@register.filter
def bytes(size: int) -> str:
    return filesizeformat(size).replace("\xa0", " ")


@register.filter
def place_in(number: int, job: Any) -> int:
    """Where the task's frame `number` is among the job's own, from 1: how editor, issues and rejections call it."""
    return bisect_left(job.numbers, int(number)) + 1


@register.filter
def lower_headings(html: str) -> SafeString:
    """A rendered guide (annotation.guides) inside a page that has headings of its own: h1 becomes h3, and so on down to h6."""
    return mark_safe(re.sub(r"(</?h)([1-6])>", lambda found: f"{found[1]}{min(int(found[2]) + 2, 6)}>", html))


def widget_classes(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    else:
        base = "form-control"
    return " ".join(filter(None, [base, widget.attrs.get("class", ""), "is-invalid" if field.errors else ""]))


@register.inclusion_tag("annotation/_field.html")
def field(bound: BoundField, label: str = "", hide_label: bool = False) -> dict[str, Any]:
    """The only markup for a form field; the widget's own attributes are kept, Tabler's classes added."""
    widget = bound.field.widget
    return {
        "field": bound,
        "label": label or bound.label,
        "hide_label": hide_label,
        "kind": "checkbox" if isinstance(widget, forms.CheckboxInput) else
                "options" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else "input",
        "classes": widget_classes(bound),
        "control": bound.as_widget(attrs={"class": widget_classes(bound)}),
    }


@register.filter
def elided(paginator: Paginator, number: int) -> Iterator[int | str]:
    return paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, parameter: str, value: Any) -> str:
    """The current query string with one parameter changed; the parameter's name may be a variable (unlike `{% querystring %}`)."""
    query = context["request"].GET.copy()
    query[parameter] = value
    return query.urlencode()
