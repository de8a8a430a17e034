"""How the tables are emptied behind tests that commit: nothing of one is left to the next."""
import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, connections

from annotation.models import Label, Project
from annotation.services import projects
from tests.stack import emptying

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def project(alice: Any) -> Project:
    return projects.create_project(actor=alice, name="Streets", labels=[{"name": "car", "type": "rectangle"}])


def filled() -> set[str]:
    """Tables that have rows."""
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables))
        return {name for name, in cursor.fetchall()}


def test_rows_go_whatever_points_to_them_and_what_django_made_of_the_models_stays(project: Any) -> None:
    permissions = set(Permission.objects.values_list("pk", flat=True))
    project.owner.user_permissions.add(Permission.objects.first())
    assert {"annotation_label", "annotation_project", "auth_user", "auth_user_user_permissions"} <= filled()
    assert emptying.empty("default")
    assert filled() == emptying.KEPT
    assert permissions and set(Permission.objects.values_list("pk", flat=True)) == permissions


def test_many_rows_are_left_to_truncating(project: Any) -> None:
    Project.objects.bulk_create(Project(owner=project.owner, name=str(number)) for number in range(emptying.MANY))
    assert not emptying.empty("default")
    assert Label.objects.exists(), "nothing half done"


def test_who_still_writes_is_waited_for(project: Any) -> None:
    written = threading.Event()

    def write() -> None:
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("UPDATE annotation_project SET name = 'late'")
                cursor.execute("INSERT INTO auth_group (name) VALUES ('late')")
                written.set()
                time.sleep(0.3)  # as one whose test has ended
                cursor.execute("COMMIT")
        finally:
            connections["default"].close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(30)
    assert emptying.empty("default")
    writer.join(30)
    assert filled() == emptying.KEPT
