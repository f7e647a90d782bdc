"""loyalty in the background: acceptances are relayed and recorded, bookings are answered, and the clock is watched."""

from datetime import timedelta

from chassis import worker
from chassis.worker import Job

from .consumers import consumer
from .coupon_events.finish import finish_changes
from .coupon_events.relay import relay_acceptances
from .coupons.sweep import sweep_holds
from .gates.rebuild import watch_gates
from .gates.reconcile import reconcile_events
from .points.expire import expire_points
from .resources import open_resources
from .settings import Settings

JOBS = [
    Job("relay_acceptances", None, relay_acceptances),
    Job("watch_gates", timedelta(seconds=1), watch_gates),
    Job("finish_changes", timedelta(seconds=2), finish_changes),
    Job("reconcile_events", timedelta(minutes=1), reconcile_events),
    Job("sweep_holds", timedelta(seconds=30), sweep_holds),
    Job("expire_points", timedelta(seconds=5), expire_points),
]


def main() -> None:
    worker.main(Settings, consumer=consumer, jobs=JOBS, resources=open_resources)


if __name__ == "__main__":
    main()
