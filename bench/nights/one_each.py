"""The plain way: accommodation's worker with a transaction for each request, and all else as it is."""

from chassis import worker
from chassis.consumer import Consumer
from subgraphs.accommodation.consumers import ConfirmHold, ExtendHold, HoldNights, ReleaseHold, decide_about_nights
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.settings import Settings

consumer = Consumer("accommodation")
for verb, message in (
    ("hold-nights", HoldNights),
    ("extend-hold", ExtendHold),
    ("confirm-hold", ConfirmHold),
    ("release-hold", ReleaseHold),
):
    consumer.on(f"accommodation.{verb}", message, batch=1)(decide_about_nights)

if __name__ == "__main__":
    worker.main(Settings, consumer=consumer, resources=open_resources)
