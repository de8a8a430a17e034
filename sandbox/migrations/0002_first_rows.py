"""The clock's row, the platform's own skills, where ids begin, and the ledger's guard."""
from datetime import UTC, datetime, timedelta

from django.db import migrations

from sandbox import ids
from sandbox.engine.people import VERIFIED_LANGUAGE_SKILLS

_FIRST = {"sandbox_project": ids.FIRST_PROJECT, "sandbox_pool": ids.FIRST_POOL, "sandbox_skill": ids.FIRST_SKILL,
          "sandbox_userskill": ids.FIRST_USER_SKILL, "sandbox_userrestriction": ids.FIRST_RESTRICTION}
_GUARD = """
CREATE FUNCTION sandbox_ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger entries are never changed or deleted'; END $$;
CREATE TRIGGER sandbox_ledger_is_final BEFORE UPDATE OR DELETE ON sandbox_ledgerentry
FOR EACH ROW EXECUTE FUNCTION sandbox_ledger_is_final();
"""
_NO_GUARD = "DROP TRIGGER sandbox_ledger_is_final ON sandbox_ledgerentry; DROP FUNCTION sandbox_ledger_is_final();"


def first_rows(apps, schema_editor):
    apps.get_model("sandbox", "Clock").objects.create(id=1, offset=timedelta())
    skill = apps.get_model("sandbox", "Skill")
    created = datetime(2020, 1, 1, tzinfo=UTC)
    skill.objects.bulk_create(
        skill(id=key, name=f"Verified language {language}", hidden=False, created=created, form={"public_name": {"EN": language}})
        for language, key in VERIFIED_LANGUAGE_SKILLS.items())


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0001_initial")]
    operations = [
        *(migrations.RunSQL(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {first}", migrations.RunSQL.noop)
          for table, first in _FIRST.items()),
        migrations.RunSQL(_GUARD, _NO_GUARD),
        # Last: a table with rows waiting for their foreign keys' check cannot be altered in the same transaction.
        migrations.RunPython(first_rows, migrations.RunPython.noop),
    ]
