from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0009_vouched")]

    operations = [
        migrations.AlterField(
            model_name="sourcealert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("silent", "Silent"),
                    ("rejecting", "Much is rejected"),
                    ("signature", "Bad signatures"),
                    ("connection", "Its API does not answer"),
                    ("parked", "Requests are parked"),
                ],
                max_length=12,
            ),
        ),
    ]
