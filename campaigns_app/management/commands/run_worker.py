import gc
from typing import Any

from django.core.management.base import BaseCommand
from rq import SimpleWorker

from campaigns_app import dispatch
from upsell_project.lib import queue

# How long one blocking pop may last: a worker that lost its Redis notices within this time.
TTL_SECONDS = 30
# A chunk makes some hundred thousand objects and no cycles: looking for those every 700 costs a tenth.
COLLECTING = (50_000, 20, 20)


class Command(BaseCommand):
    help = "One worker process: runs the jobs of the queue until it is told to stop; run as many as you like."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--burst", action="store_true", help="stop when the queue is empty")

    def handle(self, *args: Any, burst: bool, **options: Any) -> None:
        gc.freeze()
        gc.set_threshold(*COLLECTING)
        dispatch.beat_in_background("worker")
        the_queue = queue.the_queue()
        worker = SimpleWorker(
            [the_queue],
            connection=the_queue.connection,
            serializer=the_queue.serializer,
            worker_ttl=TTL_SECONDS,
        )
        worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)
