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
  for (const choice of $$("[data-choice]")) {
    choice.addEventListener("change", () => {
      for (const part of $$(`[data-group="${choice.dataset.choice}"]`)) part.hidden = part.dataset.figure !== choice.value;
    });
  }
  for (const box of $$("[data-mark]")) {
    box.addEventListener("change", () => {
      for (const part of $$("[data-group=error-maps]")) part.classList.toggle(`no-${box.dataset.mark}`, !box.checked);
    });
  }
  const watch = new ResizeObserver((seen) => {
    for (const { target } of seen) target.previousElementSibling.hidden = target.scrollWidth <= target.clientWidth + 1;
  });
  for (const canvas of $$(".hint + *")) watch.observe(canvas);
}
