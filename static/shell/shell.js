// What every screen of the staff site does: one submit only, focus on the first fault, a warning before the session ends.
"use strict";
(() => {
  const narrow = window.matchMedia("(max-width: 60rem)");
  const menu = document.querySelector("details.site-nav");
  if (menu && narrow.matches) menu.open = false;

  // Faults: the summary takes the focus; its links lead into the control, not only to the label.
  const summary = document.querySelector("[data-error-summary]");
  if (summary) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      const control = field && field.querySelector("input:not([type=hidden]), select, textarea");
      if (!control) return;
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      control.focus({ preventScroll: true });
    });
  }

  // A form is sent once; the button says so. Coming back by the browser's button makes it usable again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.dataset.download !== undefined) return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button && button.classList.contains("button")) {
      button.dataset.label = button.textContent;
      button.textContent = "処理中…";
      button.setAttribute("aria-disabled", "true");
    }
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    document.querySelectorAll("[data-label]").forEach((button) => {
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
    });
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Two minutes before the session ends its owner is asked; without an answer the page leaves the screen.
  const seconds = Number(document.body.dataset.sessionSeconds);
  const dialog = document.getElementById("session-warning");
  if (seconds && dialog) {
    const WARNING = 120;
    const remaining = dialog.querySelector("[data-remaining]");
    let ends;
    const begin = () => { ends = Date.now() + seconds * 1000; };
    begin();
    setInterval(() => {
      const left = Math.ceil((ends - Date.now()) / 1000);
      if (left <= 0) window.location.assign("/");
      else if (left <= WARNING) {
        remaining.textContent = left > 60 ? `${Math.ceil(left / 60)}分` : `${left}秒`;
        if (!dialog.open) dialog.showModal();
      }
    }, 5000);
    dialog.querySelector("[data-extend-session]").addEventListener("click", async () => {
      const response = await fetch(document.body.dataset.extend, { method: "HEAD", redirect: "manual" });
      if (!response.ok) window.location.assign("/");
      begin();
      dialog.close();
    });
  }
})();
