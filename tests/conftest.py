"""The stack under every test, the rings as markers, the cast."""
import os
from pathlib import Path
from typing import Any

import pytest

from cvatoloka.embedded import EmbeddedServices
from tests.stack import services as stack_services

pytest_plugins = [
    "tests.cast", "tests.annotation.teams", "tests.stack.redis", "tests.stack.worker", "tests.stack.browser", "tests.stack.app",
    "tests.stack.sandbox", "tests.stack.buckets"]
_running: list[EmbeddedServices] = []


def pytest_configure(config: pytest.Config) -> None:
    """Servers first, then the environment that Django's settings read. Nothing of Django is imported before this."""
    if config.getoption("help", False) or config.getoption("version", 0):
        return
    started = stack_services.start(os.environ)  # type: ignore[arg-type]
    if started is not None:
        _running.append(started)
    # The controller of a parallel run imports no test. Its workers inherit its environment, and pytest-django would load the settings
    # before this hook if they found Django's variable there (importing our package sets it): each must configure itself first.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    if config.getoption("numprocesses", None) in (None, 0) or hasattr(config, "workerinput"):
        stack_services.configure(os.environ)  # type: ignore[arg-type]
        import django

        django.setup()
        from tests.stack import emptying

        emptying.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started, after the last test and after the parallel workers are gone."""
    while _running:
        stack_services.stop(_running.pop())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Parallel workers copy one migrated database; a single process migrates its own, which is then one migration less."""
    from django.db import connections

    from tests.stack import app, services

    if services.worker_number():
        parameters = connections["default"].settings_dict
        parameters["TEST"]["TEMPLATE"] = app.template(parameters)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case by its argument where the value is bytes: a zip made while collecting holds the time, the workers then disagree."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadfile` takes the files in our order."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.stack.order import Files

    return Files(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever drives a browser through the whole product is a journey."""
    for item in items:
        ring = Path(str(item.fspath)).parent.name
        if ring == "journeys":
            item.add_marker(pytest.mark.journey)
    if hasattr(config, "workerinput"):
        from tests.stack.order import arrange

        arrange(items)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What failed, for bin/test's second look."""
    from tests.stack.second_look import write_down

    stats = terminalreporter.stats
    write_down([*stats.get("failed", []), *stats.get("error", [])])
