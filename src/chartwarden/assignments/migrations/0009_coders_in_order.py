"""A coder's records lie in their index in the order in which they are worked off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assignments", "0008_copies")]

    operations = [
        migrations.RemoveIndex(model_name="assignment", name="assignment_of_a_coder"),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(ended_at__isnull=True),
                fields=["clinic", "coder", "state", "assigned_at"],
                name="assignment_of_a_coder",
            ),
        ),
    ]
