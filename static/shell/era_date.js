// Dates with an era: a whole date pasted into any box fills them all; the date in the other calendar is shown beside.
// The same rules as jlis/kernel/domain/eras.py, which has the last word.
"use strict";
(() => {
  const ERAS = [
    ["R", "令和", [2019, 5, 1], [9999, 12, 31]],
    ["H", "平成", [1989, 1, 8], [2019, 4, 30]],
    ["S", "昭和", [1926, 12, 25], [1989, 1, 7]],
    ["T", "大正", [1912, 7, 30], [1926, 12, 25]],
    ["M", "明治", [1868, 1, 25], [1912, 7, 30]],
  ];
  const WHOLE = /^(?:(明治|大正|昭和|平成|令和|[MTSHR])|西暦)?(\d{1,4}|元)(?:年|[-./・])(\d{1,2})(?:月|[-./・])(\d{1,2})日?$/i;
  const COMPACT = /^(?:([MTSHR])(\d{2})|(\d{4}))(\d{2})(\d{2})$/i;
  const plain = (text) => text.normalize("NFKC").replace(/[‐‑‒–—―−ー]/g, "-").replace(/\s/g, "");
  const eraNamed = (word) => ERAS.find(([letter, name]) => word && (name === word || letter === word.toUpperCase()));
  const asNumber = ([year, month, day]) => year * 10000 + month * 100 + day;

  function parse(text) {
    const whole = WHOLE.exec(plain(text));
    if (whole) return { era: whole[1], year: whole[2], month: whole[3], day: whole[4] };
    const compact = COMPACT.exec(plain(text));
    return compact && { era: compact[1], year: compact[2] || compact[3], month: compact[4], day: compact[5] };
  }

  function westernOf(eraName, year, month, day) {
    const era = eraNamed(eraName);
    const western = era ? year + era[2][0] - 1 : year;
    const date = new Date(Date.UTC(western, month - 1, day));
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return { wrong: "この日はありません" };
    const number = asNumber([western, month, day]);
    if (era && number > asNumber(era[3])) return { wrong: `${era[1]}は${era[3][0] - era[2][0] + 1}年${era[3][1]}月${era[3][2]}日までです` };
    if (era && number < asNumber(era[2])) return { wrong: `${era[1]}は元年${era[2][1]}月${era[2][2]}日からです` };
    if (era) return { text: `西暦${western}年${month}月${day}日` };
    const named = ERAS.find(([, , first]) => number >= asNumber(first));
    const inEra = named && western - named[2][0] + 1;
    return { text: named && number >= 18730101 ? `${named[1]}${inEra === 1 ? "元" : inEra}年${month}月${day}日` : "" };
  }

  function attach(group) {
    const box = (part) => group.querySelector(`[name$="_${part}"]`);
    const [era, year, month, day, known] = ["era", "year", "month", "day", "known"].map(box);
    const western = group.querySelector("[data-western]");

    function show() {
      const figures = [year, month, day].map((input) => plain(input.value).replace("元", "1"));
      const complete = figures.every((text) => /^\d+$/.test(text)) && !(known && known.value);
      const found = complete ? westernOf(era.value, ...figures.map(Number)) : {};
      western.textContent = found.wrong || found.text || "";
      western.classList.toggle("is-wrong", Boolean(found.wrong));
      if (known) {
        month.disabled = known.value === "MONTH";
        day.disabled = known.value !== "";
      }
    }

    function fill(text) {
      const found = parse(text);
      if (!found) return false;
      const named = eraNamed(found.era);
      if (!named && found.year.length !== 4) return false;
      era.value = named ? named[1] : "AD";
      [year.value, month.value, day.value] = [found.year, found.month, found.day].map((part) => (part === "元" ? part : String(Number(part))));
      if (known) known.value = "";
      show();
      return true;
    }

    group.addEventListener("paste", (event) => {
      if (event.target.tagName === "INPUT" && fill(event.clipboardData.getData("text"))) event.preventDefault();
    });
    group.addEventListener("change", (event) => {
      if (event.target.tagName !== "INPUT" || !fill(event.target.value)) show();
    });
    group.addEventListener("input", show);
    show();
  }

  document.querySelectorAll("[data-era-date]:not([data-ready])").forEach((group) => {
    group.dataset.ready = "yes";
    attach(group);
  });
})();
