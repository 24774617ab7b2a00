import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0002_proofs_training_mdm'),
        ('people', '0104_tallies'),
    ]

    operations = [
        migrations.AddField(
            model_name='mdmsource',
            name='held',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='mdmsource',
            name='set_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person'),
        ),
    ]
