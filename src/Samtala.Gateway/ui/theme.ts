// Runs before the first paint (a classic script in the head), so that a chosen theme never flashes the other one.
try {
  const chosen = localStorage.getItem("samtala.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
} catch {
  // Storage is forbidden in this browser: the system's own theme is used.
}
