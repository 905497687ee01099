// Town names while an address is typed: suggestions of the office, chosen by mouse or arrow keys; the postcode comes along.
// <input data-towns="/towns/" data-office="131016" or data-office-from="id_office" data-postcode-into="id_postcode">
"use strict";
(() => {
  let lists = 0;

  function attach(input) {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `suggestions-${(lists += 1)}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "町・字の候補");
    list.hidden = true;
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.autocomplete = "off";
    let chosen = -1;
    let waiting = 0;
    let asked = 0;

    const office = () => input.dataset.office || (document.getElementById(input.dataset.officeFrom) || {}).value || "";
    const options = () => [...list.children];

    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function take(option) {
      input.value = option.dataset.name;
      const postcode = document.getElementById(input.dataset.postcodeInto);
      if (postcode && option.dataset.postcode) postcode.value = option.dataset.postcode;
      close();
    }

    function mark(place) {
      chosen = (place + options().length) % options().length;
      options().forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
      input.setAttribute("aria-activedescendant", options()[chosen].id);
      options()[chosen].scrollIntoView({ block: "nearest" });
    }

    async function ask() {
      const turn = (asked += 1);
      if (!office() || !input.value.trim()) return close();
      const query = new URLSearchParams({ office: office(), q: input.value });
      const response = await fetch(`${input.dataset.towns}?${query}`);
      if (!response.ok || turn !== asked) return undefined;
      const { towns } = await response.json();
      list.replaceChildren(...towns.map((town, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.dataset.name = town.name;
        option.dataset.postcode = town.postcode;
        option.textContent = town.postcode ? `${town.name}（〒${town.postcode.slice(0, 3)}-${town.postcode.slice(3)}）` : town.name;
        option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(option); });
        return option;
      }));
      chosen = -1;
      list.hidden = !towns.length;
      input.setAttribute("aria-expanded", String(Boolean(towns.length)));
      return undefined;
    }

    input.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    });
    input.addEventListener("compositionend", ask);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(event.key === "ArrowDown" ? chosen + 1 : chosen - (chosen < 0 ? 0 : 1));
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(options()[chosen]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    });
  }

  document.querySelectorAll("[data-towns]:not([data-ready])").forEach((input) => {
    input.dataset.ready = "yes";
    attach(input);
  });
})();
