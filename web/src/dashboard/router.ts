import { useEffect, useState } from "preact/hooks";

/** Where the reader is: path and parameters of the address. */
export interface Place {
  path: string;
  query: URLSearchParams;
  /** Number of the entry in the history, for positions of the scroll bar. */
  entry: number;
}

const positions = new Map<number, number>();
const watchers = new Set<() => void>();
let entry = readEntry();
let newest = entry;

function readEntry(): number {
  return (history.state as { entry?: number } | null)?.entry ?? 0;
}

export const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search), entry });

/** Opens an address of this server as a page; with `replace` it takes the place of the present one in the history. */
export function open(address: string, options: { replace?: boolean } = {}): void {
  positions.set(entry, scrollY);
  const path = location.pathname;
  if (options.replace) history.replaceState({ entry }, "", address);
  else {
    newest = entry = newest + 1;
    history.pushState({ entry }, "", address);
  }
  for (const watcher of watchers) watcher();
  if (!options.replace && location.pathname !== path) scrollTo({ top: 0, behavior: "instant" });
}

/** The address with some parameters changed; an empty or absent value removes one. */
export function withQuery(changes: Record<string, string | readonly string[] | null | undefined>, place: Place = here()): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of typeof value === "string" ? [value] : (value ?? [])) if (one !== "") query.append(name, one);
  }
  const text = query.toString();
  return text ? `${place.path}?${text}` : place.path;
}

/** Position of the scroll bar when the reader left an entry of the history; null for a new one. */
export const positionOf = (which: number): number | null => positions.get(which) ?? null;

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = (): void => setPlace(here());
    const back = (): void => {
      positions.set(entry, scrollY);
      entry = readEntry();
      update();
    };
    const click = (event: MouseEvent): void => {
      const link = (event.target as Element | null)?.closest?.("a");
      if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const href = link.getAttribute("href") ?? "";
      if (!href.startsWith("/") || /^\/(api|openapi|metrics|assets|mcp)\b/.test(href) || link.target) return;
      event.preventDefault();
      open(href);
    };
    history.scrollRestoration = "manual";
    watchers.add(update);
    addEventListener("popstate", back);
    addEventListener("click", click);
    return () => {
      watchers.delete(update);
      removeEventListener("popstate", back);
      removeEventListener("click", click);
    };
  }, []);
  return place;
}
