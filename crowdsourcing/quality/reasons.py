"""Reasons of decisions in plain words. The Toloker may read each: no ids, no names, nothing about other workers than how many frames."""
from collections.abc import Sequence

# Frames that are named one by one.
_NAMED = 12


def nothing_against() -> str:
    return "No rule speaks against this work, so it is accepted."


def nothing_decides() -> str:
    return "No rule of the policy can tell, so a person decides."


def too_many_rounds(rejected: int) -> str:
    return f"Work on this job was rejected {rejected} time{_s(rejected)} before: a person decides instead of rejecting once more."


def work_may_come() -> str:
    return "No work has arrived yet; it may still be on its way."


def not_measured() -> str:
    return "The work is not measured yet."


def no_work() -> str:
    return "The job was submitted without any work."


def too_fast(pace: float, least: float) -> str:
    return f"The work took {pace:.1f} seconds a frame. At least {least:g} seconds are needed to look at a frame and mark what is on it."


def untouched(count: int, frames: int, most: float) -> str:
    return (f"{count} of {frames} frame{_s(frames)} {'was' if count == 1 else 'were'} left untouched: nothing is marked there, and nothing "
            f"says that there is nothing to mark. Work is rejected when {_percent(most)} or more is left untouched.")


def suspicious(why: Sequence[str]) -> str:
    return " ".join(["The work looks unusual, so a person decides.", *why])


def no_score() -> str:
    return "The work is not compared with the ground truth yet."


def fits_truth(score: float, high: float) -> str:
    return f"On frames whose right answer is known the work scores {score:.2f} of 1; {high:g} is enough."


def misses_truth(score: float, low: float, frames: Sequence[int]) -> str:
    where = f" It fits worst on {_named(frames)}." if frames else ""
    return f"On frames whose right answer is known the work scores {score:.2f} of 1; at least {low:g} is needed.{where}"


def between(score: float, low: float, high: float) -> str:
    return (f"On frames whose right answer is known the work scores {score:.2f} of 1. It is rejected below {low:g} and accepted from "
            f"{high:g}; between them the score alone does not decide.")


def not_compared() -> str:
    return "The work is not compared with that of the others who did this job yet."


def too_few_yet(people: int, wanted: int) -> str:
    return f"{people} of {wanted} people have done this job; they are compared when all have."


def one_more(people: int) -> str:
    return f"The {people} people who did this job do not agree; one more is asked."


def torn(people: int) -> str:
    return f"The {people} people who did this job do not agree enough to tell who is right."


def agrees(score: float, people: int, high: float) -> str:
    return f"{_of_people(people)} The work agrees with what most of them marked by {score:.2f} of 1; {high:g} is enough."


def disagrees(score: float, people: int, low: float, missed: int, extra: int, frames: Sequence[int]) -> str:
    what = [f"{missed} object{_s(missed)} that most marked {'is' if missed == 1 else 'are'} missing"] if missed else []
    what += [f"{extra} marked object{_s(extra)} {'was' if extra == 1 else 'were'} marked by hardly anybody else"] if extra else []
    where = f" It fits worst on {_named(frames)}." if frames else ""
    return (f"{_of_people(people)} The work agrees with what most of them marked by {score:.2f} of 1; at least {low:g} is needed."
            f"{' ' + ' and '.join(what).capitalize() + '.' if what else ''}{where}")


def half_agrees(score: float, people: int, low: float, high: float) -> str:
    return (f"{_of_people(people)} The work agrees with what most of them marked by {score:.2f} of 1. It is rejected below {low:g} and "
            f"accepted from {high:g}; between them the agreement alone does not decide.")


def _of_people(people: int) -> str:
    return f"{people} people did this job, each without seeing the others’ work."


def no_answers(asked: int, left: int) -> str:
    if not asked:
        return "The verification crowd has not been asked yet."
    return f"{left or asked} of {asked} frame{_s(asked)} still wait{_s(left or asked, 's', '')} for the verification crowd."


def verified(good: int, asked: int, share: float) -> str:
    if asked == 1:
        return "Other people looked at this work and found it to be right."
    return f"{_checked(asked)} {good} of {asked} {'was' if good == 1 else 'were'} found to be right; {_wanted(share)}"


def not_verified(bad: Sequence[int], asked: int, share: float) -> str:
    if asked == 1:
        return "Other people looked at this work and found it not to be right."
    were = "was" if len(bad) == 1 else "were"
    return f"{_checked(asked)} {_named(bad, capital=True)} {were} found not to be right; {_wanted(share)}"


def undecided(frames: Sequence[int], asked: int, least: float) -> str:
    return (f"{_checked(asked)} About {_named(frames)} they do not agree well enough (at least {_percent(least)} sure is needed), and the "
            "decision hangs on that. A tie decides against nobody: a person decides.")


def _checked(asked: int) -> str:
    return f"Other people looked at {asked} frame{_s(asked)} of this work."


def _wanted(share: float) -> str:
    if share >= 1:
        return "all have to be."
    return f"at least {_percent(share)} have to be."


def _named(frames: Sequence[int], *, capital: bool = False) -> str:
    """"frame 3", "frames 1, 2 and 5", "frames 1, 2, … and 30 more"."""
    word = f"{'F' if capital else 'f'}rame{_s(len(frames))}"
    if len(frames) == 1:
        return f"{word} {frames[0]}"
    if len(frames) > _NAMED:
        return f"{word} {', '.join(map(str, frames[:_NAMED]))} and {len(frames) - _NAMED} more"
    return f"{word} {', '.join(map(str, frames[:-1]))} and {frames[-1]}"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _s(count: int, one: str = "", many: str = "s") -> str:
    return one if count == 1 else many
