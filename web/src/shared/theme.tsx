import { useEffect, useState } from "preact/hooks";

const themes = ["auto", "light", "dark"] as const;

/** A button that changes between the theme of the system, light and dark. */
export function Theme() {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    if (theme === 0) delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = themes[theme]!;
  }, [theme]);
  return (
    <button type="button" class="plain" onClick={() => setTheme((theme + 1) % themes.length)}>
      Theme: {themes[theme]}
    </button>
  );
}
