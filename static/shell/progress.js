// Follows a job: asks for its state every two seconds, slower when nothing moves, and reloads the page at the end.
"use strict";
(() => {
  const FINAL = ["succeeded", "failed", "cancelled", "rejected", "expired"];
  document.querySelectorAll("[data-progress]").forEach((area) => {
    const bar = area.querySelector("progress");
    const text = area.querySelector("[data-progress-text]");
    let pause = 2000;
    let before = "";

    async function ask() {
      try {
        const response = await fetch(area.dataset.progress, { headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(String(response.status));
        const job = await response.json();
        if (FINAL.includes(job.state)) {
          window.location.reload();
          return;
        }
        if (job.total) {
          bar.max = job.total;
          bar.value = job.done;
        }
        const counts = job.total ? `${job.done.toLocaleString("ja")}件／${job.total.toLocaleString("ja")}件` : "";
        text.textContent = [job.state_label, counts].filter(Boolean).join("　");
        pause = text.textContent === before ? Math.min(pause * 1.5, 15000) : 2000;
        before = text.textContent;
      } catch {
        text.textContent = "状態を確認できません。しばらくしてから、もう一度確認します。";
        pause = 15000;
      }
      setTimeout(ask, pause);
    }
    setTimeout(ask, pause);
  });
})();
