"""What is parked is found without reading all envelopes of five weeks. On a partitioned table: each partition gets it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0006_meter_changes")]

    operations = [
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(
                condition=models.Q(("state", "parked")), fields=["source", "id"], name="envelope_parked"
            ),
        ),
    ]
