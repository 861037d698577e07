DATA.index = new Map(DATA.folders.map((folder, at) => [folder.name, at]));
startTheme();
startFolds();
startPrinting();
startCopying();
startBoard();
startTables();
startFigures();
const workbench = new Workbench();
const snippets = new Snippets();
new Places(workbench);

/* #f=3&r=talk&w=12 leads to a word: so do pages lead to one another. */
function followAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const folder = wanted.has("f") ? DATA.folders.find((found) => found.id === Number(wanted.get("f"))) : null;
  if (!folder) return false;
  workbench.openFolder(folder, wanted.get("r") || null, wanted.get("w") ? Number(wanted.get("w")) : null);
  return true;
}
addEventListener("hashchange", followAddress);
if (!followAddress()) {
  const first = DATA.folders.find((folder) => $(`#folder-${folder.id}`));
  if (first) workbench.openFolder(first);
}
document.documentElement.dataset.ready = "yes";
