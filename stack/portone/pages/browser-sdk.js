// Stands in for PortOne's browser SDK: the same call, and the payment window of the simulator instead of a provider's.
(() => {
  const simulator = new URL(document.currentScript.src).origin;
  const isPhone = () => matchMedia("(max-width: 600px)").matches;

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
      windowType: isPhone() ? "REDIRECTION" : "IFRAME",
    };
    const address = `${simulator}/window?${new URLSearchParams(asked)}`;
    return isPhone() ? leaveFor(address) : openOver(address);
  }

  // The page is left, and found again by its redirectUrl.
  function leaveFor(address) {
    location.assign(address);
    return new Promise(() => {});
  }

  function openOver(address) {
    const frame = document.createElement("iframe");
    frame.title = "Payment";
    Object.assign(frame.style, { position: "fixed", inset: 0, width: "100%", height: "100%", border: 0 });
    frame.src = address;
    return new Promise((resolve) => {
      addEventListener("message", function hear(event) {
        if (event.origin !== simulator || event.source !== frame.contentWindow) return;
        removeEventListener("message", hear);
        frame.remove();
        resolve(event.data);
      });
      document.body.append(frame);
    });
  }

  window.PortOne = { requestPayment };
})();
