from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0011_events_of_nobody")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="solved_at",
            field=models.DateTimeField(
                blank=True, help_text="Empty while it is open, also once again", null=True
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="reopened_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was last said to be open again", null=True
            ),
        ),
    ]
