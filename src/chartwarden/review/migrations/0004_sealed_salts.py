"""Salts that lie in clear are sealed like the words that they belong to."""

from django.db import migrations

from chartwarden.clinics.services import seal_those_in_clear


def seal(apps, schema_editor):
    seal_those_in_clear(apps.get_model("review", "Question"), "salt", "answer_salt")
    seal_those_in_clear(apps.get_model("review", "Disposition"), "salt", "reason_salt")


class Migration(migrations.Migration):
    dependencies = [("clinics", "0002_webhooks"), ("review", "0003_withdrawn")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
