"""The table in which tries are counted, so that all processes count together."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    call_command("createcachetable", "chartwarden_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("people", "0101_invitation")]
    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
