"""What is known of many, also where something about one of them cannot be read: the others must not wait for that."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, transaction

from signals_app.knowing import loading
from signals_app.knowing.asked import Asked, Known
from upsell_project.lib.errors import told

NOT_THEIRS = (InterfaceError, InternalError, OperationalError, ProgrammingError)
"""What goes wrong with everybody, whoever is read."""
MOST_IN_VAIN = 20
"""If so many fail and nobody else can be read, it is not them either."""

log = logging.getLogger(__name__)


def load_each(asked: Sequence[Asked], now: datetime) -> list[Known | None]:
    """As `load`; None for whoever cannot be read, which is logged. Raises what is not theirs."""
    return _Reading(now).load(asked)


@dataclass(slots=True)
class _Reading:
    now: datetime
    read: int = 0
    failed: int = 0
    halved: bool = False

    def load(self, asked: Sequence[Asked]) -> list[Known | None]:
        """Where that fails, both halves by themselves."""
        if not asked:
            return []
        try:
            with transaction.atomic():
                found = loading.load(asked, self.now)
        except NOT_THEIRS:
            raise
        except Exception as error:
            if len(asked) == 1:
                self._note(asked[0], error)
                return [None]
            if not self.halved:
                log.warning("%s subjects cannot be read together: %s", len(asked), told(error))
            self.halved = True
        else:
            self.read += len(found)
            return [*found]
        middle = len(asked) // 2
        return self.load(asked[:middle]) + self.load(asked[middle:])

    def _note(self, one: Asked, error: Exception) -> None:
        self.failed += 1
        if not self.read and self.failed >= MOST_IN_VAIN:
            raise error
        who = one.subject
        log.error("person %s, account %s cannot be read: %s", who.person, who.account, told(error))
