"""What staff are told when they switch off a definition that something live needs."""

from django.contrib import messages
from django.http import HttpRequest

from signals_app import references
from signals_app.models import SignalDefinition


def warn_of_users(request: HttpRequest, definition: SignalDefinition) -> None:
    """It is switched off all the same: that is how staff stop something at once."""
    for users in references.referring("signal", [definition.slug]).values():
        needing = f"{users[0][:1].upper()}{', '.join(users)[1:]}"
        verb = "needs" if len(users) == 1 else "need"
        messages.warning(
            request, f"{needing} {verb} it: while it is off, nothing begins by it. What has begun goes on."
        )
