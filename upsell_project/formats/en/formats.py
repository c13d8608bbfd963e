"""How the admin's lists and forms write a moment: as its own pages do, with the zone."""

DATETIME_FORMAT = "Y-m-d H:i T"
