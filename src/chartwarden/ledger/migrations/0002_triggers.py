from django.db import migrations

from chartwarden.ledger.triggers import put_up, take_down


class Migration(migrations.Migration):
    """Entries, tiles and checkpoints are only added."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda _, editor: put_up(editor.connection), lambda _, editor: take_down(editor.connection)
        )
    ]
