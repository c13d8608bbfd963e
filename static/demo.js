// The demo page's own script: what a customer's app would do with the widget.
(() => {
  const token = document.currentScript.dataset.token;
  const byId = (id) => document.getElementById(id);
  window.upsell = window.upsell || function () { (window.upsell.q = window.upsell.q || []).push(arguments); };
  window.upsell("identify", token);
  window.upsell("show", "app-banner");
  const count = () => {
    const used = Number(byId("used").textContent) + 1;
    byId("used").textContent = used;
    byId("bar").value = used;
  };
  byId("export").addEventListener("click", () => {
    window.upsell("track", "Report Exported", {});
    count();
    byId("hint").textContent = "Sent: Report Exported.";
  });
  byId("premium").addEventListener("click", () => {
    window.upsell("track", "Feature Used", { feature: "Forecasts", tier: "premium" });
    byId("hint").textContent = "Sent: Feature Used (premium). Five within two weeks are a signal.";
  });
})();
