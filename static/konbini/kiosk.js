// The card's reader, as the kiosk's page talks to it. The PIN goes to the reader alone and is in no form of the page.
(() => {
  const panel = document.querySelector("[data-reader]");
  if (!panel) return;
  const say = panel.querySelector("[data-say]");
  const form = panel.querySelector("form");
  const reader = (path) => panel.dataset.reader + path;

  function tell(words, fault = false) {
    say.textContent = words;
    say.toggleAttribute("data-fault", fault);
  }

  async function ask(path, body) {
    const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
    const answer = await fetch(reader(path), options);
    return { ok: answer.ok, document: await answer.json().catch(() => ({})) };
  }

  async function offerCards() {
    const { ok, document: found } = await ask("cards/");
    if (!ok || !found.cards.length) {
      tell("読み取れるカードがありません。", true);
      return;
    }
    tell("");
    for (const card of found.cards) panel.querySelector("[data-cards]").append(cardKey(card));
  }

  function cardKey(card) {
    const item = document.createElement("li");
    const key = document.createElement("button");
    key.type = "button";
    key.className = "key";
    for (const words of [`カード ${card.card_number}`, card.label]) {
      const part = document.createElement("span");
      part.textContent = words;
      key.append(part);
    }
    key.addEventListener("click", () => place(card.card_number));
    item.append(key);
    return item;
  }

  async function place(number) {
    tell("読み取っています…");
    const { ok, document: read } = await ask(`cards/${number}/certificate/`);
    if (!ok) {
      tell(read.detail || "カードを読み取れません。", true);
      return;
    }
    form.elements.card.value = number;
    form.elements.certificate.value = read.certificate;
    form.submit();
  }

  function watchPad() {
    const pin = panel.querySelector("[data-pin]");
    const enter = panel.querySelector("[data-enter]");
    panel.querySelector("[data-pad]").addEventListener("click", (event) => {
      const figure = event.target.dataset.figure;
      if (figure && pin.value.length < 4) pin.value += figure;
      if ("clear" in event.target.dataset) pin.value = "";
    });
    pin.addEventListener("keydown", (event) => {
      if (event.key === "Enter") enter.click();
    });
    enter.addEventListener("click", () => sign(pin, enter));
    pin.focus();
  }

  async function sign(pin, enter) {
    if (!/^\d{4}$/.test(pin.value)) {
      tell("4桁の数字を入力してください。", true);
      return;
    }
    enter.disabled = true;
    tell("確認しています…");
    const asked = { pin: pin.value, challenge: panel.dataset.challenge };
    pin.value = "";
    const { ok, document: answer } = await ask(`cards/${panel.dataset.card}/signatures/`, asked);
    if (!ok) {
      enter.disabled = false;
      tell(answer.detail || "暗証番号を確認できません。", true);
      return;
    }
    form.elements.signature.value = answer.signature;
    form.submit();
  }

  if (panel.dataset.step === "card") offerCards();
  if (panel.dataset.step === "pin") watchPad();
})();
