// The page is many modules, and without one of them it stays blank. Browsers drop every
// request under way when a network interface comes or goes, as one does on this very machine
// with each container that starts. A plain script, because it watches over the modules.
addEventListener(
  "error",
  ({ target }) => {
    if (!(target instanceof HTMLScriptElement) || target.type !== "module") return;
    const root = /** @type {HTMLElement} */ (document.getElementById("app"));
    // The words of the catalogue come with the modules.
    root.textContent =
      document.documentElement.lang === "ko"
        ? "dockmon의 일부를 받지 못했습니다. 다시 시도하는 중…"
        : "A part of dockmon did not arrive. Trying again…";
    setTimeout(() => location.reload(), 1000);
  },
  true,
);
