"""Money paid to an account number goes back to where its payer says."""

from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import Answer
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.world import World

PROVIDE = "mutation($in: ProvideRefundAccountInput!) { provideRefundAccount(input: $in) { id status } }"


async def provide(world: World, refund_id: UUID, number: str) -> Answer:
    account = {"refundId": str(refund_id), "bank": "SHINHAN", "number": number, "holder": "Kim"}
    return await world.service.graphql(PROVIDE, {"in": account}, user=world.payer_id)


async def test_money_paid_to_an_account_number_goes_back_once_the_payer_says_where_to(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.NEEDS_ACCOUNT
    assert (await world.simulator.entry(payment_id))["cancelled"] == 0

    document = PROVIDE
    account = {"refundId": str(refund_id), "bank": "SHINHAN", "number": "110-123-456789", "holder": "Kim"}
    another = await world.service.graphql(document, {"in": account}, user=uuid7())
    assert another.codes == ["NOT_FOUND"]
    wrong = await world.service.graphql(document, {"in": account | {"number": "12 34"}}, user=world.payer_id)
    assert wrong.codes == ["INVALID_INPUT"]
    given = await world.service.graphql(document, {"in": account}, user=world.payer_id)
    assert given.data["provideRefundAccount"] == {"id": str(refund_id), "status": "REQUESTED"}
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.account_number) == (RefundStatus.SUCCEEDED, None)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    again = await world.service.graphql(document, {"in": account}, user=world.payer_id)
    assert again.codes == ["CONFLICT"]


async def test_another_account_can_be_given_where_the_first_was_refused(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)
    await provide(world, refund_id, number="110-000-000000")
    again = await provide(world, refund_id, number="110-000-000000")
    assert again.data["provideRefundAccount"]["status"] == "REQUESTED"  # a lost answer: the same again changes nothing
    other = await provide(world, refund_id, number="110-111-111111")
    assert other.codes == ["CONFLICT"]
    await world.simulator.switch(refusals=1, refused_as="INVALID_REQUEST")
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.FAILED

    answer = await provide(world, refund_id, number="110-123-456789")

    assert answer.data["provideRefundAccount"] == {"id": str(refund_id), "status": "REQUESTED"}
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.SUCCEEDED
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    assert [each.name for each in await world.history(payment_id)].count("refund account provided") == 2
