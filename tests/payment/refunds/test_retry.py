"""An administrator who has mended the cause has refunds that failed tried again at once."""

from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.back_office import ask
from tests.payment.world import World

RECONCILE = "mutation($id: ID!) { reconcilePayment(paymentId: $id) { refunds { status failureReason } } }"


async def test_what_was_given_up_is_sent_again(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=1, refused_as="INVALID_REQUEST")
    await world.ask_to_refund(30_000)
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.FAILED

    answer = await ask(world, RECONCILE, id=str(payment_id))

    assert answer.data["reconcilePayment"]["refunds"] == [{"status": "SUCCEEDED", "failureReason": None}]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    assert [each.name for each in await world.history(payment_id)] == [
        "opened",
        "paid",
        "refund requested",
        "refund sent",
        "refund failed for good",
        "refund retried by hand",
        "refund sent",
        "refunded",
    ]


async def test_what_is_refused_again_is_given_up_again(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=2, refused_as="INVALID_REQUEST")
    await world.ask_to_refund(30_000)
    await world.attend_due()

    answer = await ask(world, RECONCILE, id=str(payment_id))

    (refund,) = answer.data["reconcilePayment"]["refunds"]
    assert refund == {"status": "FAILED", "failureReason": "INVALID_REQUEST: switched on: a refusal"}
    assert (await world.payment(payment_id)).ask_at is None
    assert [each.payload["final"] for each in await world.service.published("payment.payment.refund-failed")] == [
        True,
        True,
    ]


async def test_what_the_provider_has_under_way_is_not_sent_again(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    await world.ask_to_refund(30_000)
    await world.attend_due()

    await ask(world, RECONCILE, id=str(payment_id))

    assert (await world.refunds(payment_id))[0].attempts == 1
    assert len((await world.simulator.entry(payment_id))["open_cancellations"]) == 1
