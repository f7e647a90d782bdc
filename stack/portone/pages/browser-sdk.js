// Stands in for PortOne's browser SDK: the same call, and the payment window of the simulator instead of a provider's.
(() => {
  const simulator = new URL(document.currentScript.src).origin;

  function requestPayment(request) {
    const asked = {
      paymentId: request.paymentId,
      storeId: request.storeId,
      channelKey: request.channelKey,
      orderName: request.orderName,
      totalAmount: request.totalAmount,
      currency: request.currency,
      redirectUrl: request.redirectUrl,
      payMethod: request.payMethod ?? "CARD",
      accountHours: request.virtualAccount?.accountExpiry?.validHours ?? 24,
    };
    location.assign(`${simulator}/window?${new URLSearchParams(asked)}`);
    return new Promise(() => {}); // the page is left, as on a phone
  }

  window.PortOne = { requestPayment };
})();
