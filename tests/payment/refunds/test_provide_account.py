"""Money paid to an account number goes back to where its payer says."""

from chassis.ids import uuid7
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.world import World


async def test_money_paid_to_an_account_number_goes_back_once_the_payer_says_where_to(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.NEEDS_ACCOUNT
    assert (await world.simulator.entry(payment_id))["cancelled"] == 0

    document = "mutation($in: ProvideRefundAccountInput!) { provideRefundAccount(input: $in) { id status } }"
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
