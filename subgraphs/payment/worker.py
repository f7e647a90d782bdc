"""payment in the background: what it says is sent, what it is asked is taken, and the provider is asked what is due."""

from chassis import worker
from chassis.worker import Job

from .consumers import consumer
from .jobs import reconcile_due_payments
from .resources import open_resources
from .settings import Settings

JOBS = [Job("reconcile_due_payments", None, reconcile_due_payments)]


def main() -> None:
    worker.main(Settings, consumer=consumer, jobs=JOBS, resources=open_resources)


if __name__ == "__main__":
    main()
