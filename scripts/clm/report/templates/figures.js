/* Figures: export as files of their own, marks that lead further. */
function exportFigure(name) {
  const svg = $(`.figure-${CSS.escape(name)}`).cloneNode(true);
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = json("figure-style");
  svg.prepend(style);
  save(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(svg));
}

function startFigures() {
  for (const button of $$("[data-svg]")) button.addEventListener("click", () => exportFigure(button.dataset.svg));
  $("#scatter-choice")?.addEventListener("change", (event) => {
    for (const part of $$(".scatter")) part.hidden = part.dataset.figure !== event.target.value;
  });
}
