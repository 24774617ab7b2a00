"""Salts that lie in clear are sealed like the words that they belong to."""

from django.db import migrations

from chartwarden.clinics.services import seal_those_in_clear


def seal(apps, schema_editor):
    seal_those_in_clear(apps.get_model("duties", "Closing"), "salt")


class Migration(migrations.Migration):
    dependencies = [("clinics", "0002_webhooks"), ("duties", "0001_initial")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
