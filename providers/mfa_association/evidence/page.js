"use strict";
// Without this script the page is whole: it adds sorting and a filter to the list of users.
(() => {
  const table = document.getElementById("list"), body = table.tBodies[0], rows = [...body.rows];
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const key = (row, column) => row.cells[column].firstChild?.textContent ?? "";

  const sort = (column, descending) => {
    const keyed = rows.map((row) => [key(row, column), row]);
    keyed.sort(([one], [other]) => {
      if (!one || !other) return (one ? 0 : 1) - (other ? 0 : 1);
      return descending ? order.compare(other, one) : order.compare(one, other);
    });
    body.append(...keyed.map(([, row]) => row));
  };

  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(column, descending);
    });
  });

  const labelled = (words, control) => {
    const label = document.createElement("label");
    label.append(words, " ", control);
    return label;
  };
  const search = document.createElement("input");
  search.type = "search";
  const only = document.createElement("select");
  for (const [letter, words] of [
    ["", "all users"],
    ["p", "a password alone"],
    ["d", "no device"],
    ["a", "administrators, certain or not"],
    ["u", "devices that are not declared"],
    ["n", "not checked in part"],
  ]) only.add(new Option(words, letter));
  const said = document.createElement("output");
  const texts = new Map();

  const narrow = () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      if (!texts.has(row)) texts.set(row, [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
      const fits = (row.dataset.f || "").includes(only.value) && texts.get(row).includes(wanted);
      row.hidden = !fits;
      shown += fits;
    }
    said.textContent = shown === rows.length ? `${rows.length} users` : `${shown} of ${rows.length} users: the list is narrowed down`;
  };
  search.addEventListener("input", narrow);
  only.addEventListener("change", narrow);
  document.getElementById("tools").append(labelled("Search", search), labelled("Show", only), said);
  narrow();
})();
