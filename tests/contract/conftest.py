from collections.abc import Iterator

import pytest

from tests.running_stack import Stack, running
from tests.smtp_sink import Sink


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Web server, dispatcher and one worker."""
    with running(tmp_path_factory.mktemp("stack"), Sink()) as (stack, _):
        stack.start("dispatch", "dispatch")
        stack.start("worker", "run_worker")
        stack.start_web()
        yield stack
