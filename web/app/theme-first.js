// Loaded before the styles draw anything, so that a chosen theme does not flash. No module: modules wait.
try {
  const chosen = localStorage.getItem("snags.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No storage: the system's theme stands.
}
