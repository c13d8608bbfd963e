import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0029_armed")]

    operations = [
        migrations.AddField(
            model_name="askagain",
            name="segment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="signals_app.segment"
            ),
        ),
    ]
