"""The number that grew with imports goes on, clinic by clinic, as that of all that reviews are made from.

By one more than the last import's, so that reviews which are not signed are made anew once: what was changed by hand
before was not seen by them.
"""

from django.db import migrations
from django.db.models import Max

from chartwarden.clinics.services import across_clinics


def go_on(apps, schema_editor):
    Import, Inputs = apps.get_model("logs", "LogImport"), apps.get_model("clinics", "ReviewInputs")
    with across_clinics():
        counted = Import.objects.filter(revision__gt=0).order_by()
        latest = counted.values_list("clinic_id", "kind").annotate(latest=Max("revision"))
        changed = {}
        for clinic, kind, revision in latest:
            changed.setdefault(clinic, {})[kind] = revision
        for clinic, kinds in changed.items():
            Inputs.objects.get_or_create(
                clinic_id=clinic, defaults={"revision": max(kinds.values()) + 1, "changed": kinds}
            )


class Migration(migrations.Migration):
    dependencies = [("clinics", "0003_reviewinputs"), ("logs", "0002_held")]
    operations = [migrations.RunPython(go_on, migrations.RunPython.noop)]
