"""User ids that anybody may have typed: they find people, and neither create nor join them."""

from collections.abc import Iterable

from people_app import names
from people_app.names import USER
from signals_app.incoming import Incoming


def settle(items: Iterable[Incoming]) -> None:
    """Take such an id for the user's where there is one. Beside it nothing is claimed for them.

    Run just before the items are identified, in their transaction.
    """
    hinted = [item for item in items if item.hinted_user and not item.user_id]
    known = names.find({(USER, item.hinted_user) for item in hinted}) if hinted else {}
    for item in hinted:
        if (USER, item.hinted_user) in known:
            item.user_id, item.person_ids, item.anonymous_id = item.hinted_user, {}, None
