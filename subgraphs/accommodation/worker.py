"""accommodation in the background: what it says is sent, bookings are answered, overdue holds are let go."""

from datetime import timedelta

from chassis import worker
from chassis.worker import Job

from .consumers import consumer
from .jobs import (
    check_nights,
    check_ratings,
    let_go_overdue_holds,
    remove_deleted_photos,
    remove_forgotten_uploads,
    renew_prices_of_over_nights,
    shrink_new_photos,
)
from .resources import open_resources
from .settings import Settings

JOBS = [
    Job("let_go_overdue_holds", timedelta(seconds=30), let_go_overdue_holds),
    Job("renew_prices_of_over_nights", timedelta(minutes=1), renew_prices_of_over_nights),
    Job("shrink_new_photos", timedelta(seconds=5), shrink_new_photos),
    Job("remove_deleted_photos", timedelta(minutes=1), remove_deleted_photos),
    Job("remove_forgotten_uploads", timedelta(hours=1), remove_forgotten_uploads),
    Job("check_nights", timedelta(hours=6), check_nights),
    Job("check_ratings", timedelta(hours=6), check_ratings),
]


def main() -> None:
    worker.main(Settings, consumer=consumer, jobs=JOBS, resources=open_resources)


if __name__ == "__main__":
    main()
