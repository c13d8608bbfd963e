import django.contrib.postgres.fields
from django.db import migrations, models

# The first number is used up: else nobody could tell one move from none.
MOVES = "CREATE SEQUENCE signals_app_moves; SELECT nextval('signals_app_moves')"


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0025_ask_once")]

    operations = [
        migrations.RunSQL(MOVES, "DROP SEQUENCE signals_app_moves"),
        migrations.RemoveField(model_name="unnoticed", name="moved"),
        migrations.RemoveField(model_name="unnoticed", name="people"),
        migrations.AddField(
            model_name="unnoticed",
            name="used",
            field=models.JSONField(default=list, help_text="By which event which resource was used last"),
        ),
        migrations.AddField(
            model_name="unnoticed",
            name="brought",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Which brought facts of an account",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="unnoticed",
            name="said",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Which said something of a person beside what they did",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="unnoticed",
            name="accounts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), help_text="Whose facts they changed", size=None
            ),
        ),
    ]
