"""payment in the background: what it says is sent, what it is asked is taken, and the provider is asked what is due."""

from datetime import timedelta

from chassis import worker
from chassis.worker import Job

from .consumers import consumer
from .jobs import reconcile_due_payments
from .refunds.count_open import count_open_refunds
from .resources import open_resources
from .settings import Settings
from .webhooks.forget import forget_old_webhooks

JOBS = [
    Job("reconcile_due_payments", None, reconcile_due_payments),
    Job("count_open_refunds", timedelta(seconds=10), count_open_refunds),
    Job("forget_old_webhooks", timedelta(hours=1), forget_old_webhooks),
]


def main() -> None:
    worker.main(Settings, consumer=consumer, jobs=JOBS, resources=open_resources)


if __name__ == "__main__":
    main()
