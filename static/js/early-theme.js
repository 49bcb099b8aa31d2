// Runs before the first paint, so that a chosen theme never flashes the other one.
// A plain script for that reason; the choice itself is made in `state/theme.js`.
try {
  const theme = localStorage.getItem("dockmon.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's wish stands.
}
