"""A change to what a meter counts forgets how far it was counted, even if it is changed back before anybody looks."""

from django.db import migrations

FORGET = """
CREATE FUNCTION signals_app_meter_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM signals_app_recount WHERE meter_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER meter_changed AFTER UPDATE ON signals_app_meter FOR EACH ROW
WHEN ((OLD.resource, OLD.event, OLD."where", OLD.aggregate, OLD.property, OLD."window", OLD.days)
    IS DISTINCT FROM (NEW.resource, NEW.event, NEW."where", NEW.aggregate, NEW.property, NEW."window", NEW.days))
EXECUTE FUNCTION signals_app_meter_changed();
"""
REMEMBER = """
DROP TRIGGER meter_changed ON signals_app_meter;
DROP FUNCTION signals_app_meter_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0005_lookups")]

    operations = [migrations.RunSQL(FORGET, REMEMBER)]
