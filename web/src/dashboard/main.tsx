import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Keys } from "../shared/keys";
import { Theme } from "../shared/theme";
import { BudgetsPage } from "./BudgetsPage";
import { CatalogPage, CatalogsPage } from "./CatalogsPage";
import { ComparePage } from "./ComparePage";
import { DoctorPage } from "./DoctorPage";
import { EstimatePage } from "./EstimatePage";
import { FootprintPage } from "./FootprintPage";
import { LivePage } from "./LivePage";
import { MonthPage } from "./MonthPage";
import { hasNodes, NodesPage } from "./NodesPage";
import { PageHead } from "./parts";
import { Person, usePerson } from "./Person";
import { open, positionOf, usePlace, type Place } from "./router";
import { RunPage } from "./RunPage";
import { RunsPage } from "./RunsPage";
import { ServicePage, ServicesPage } from "./ServicesPage";
import { TotalsPage } from "./TotalsPage";

const sections = [
  ["/", "Runs", "r"],
  ["/services", "Services", "s"],
  ["/totals", "Totals", "t"],
  ["/compare", "Compare", "c"],
  ["/estimate/training", "Estimate", "e"],
  ["/footprint", "Footprint", "f"],
  ["/catalogs", "Catalogs", "k"],
  ["/budgets", "Budgets", "b"],
  ["/doctor", "Meters", "m"],
  // Only where nodes can push.
  ...(hasNodes() ? ([["/nodes", "Nodes", "n"]] as const) : []),
] as const;

const forOwners: readonly string[] = ["/nodes", "/doctor"];

const keys: [string, string][] = [
  ["/", "search"],
  ["[ ]", "the page before, the next page of a list"],
  ...sections.map(([, name, key]): [string, string] => [`g ${key}`, `go to ${name}`]),
  ["Tab", "the next control"],
  ["Enter, Space", "open or choose"],
  ["← → + − 0", "move and zoom in the chart of power, when it has the focus"],
  ["?", "these keys"],
];

function App() {
  const place = usePlace();
  const first = useRef(true);
  const path = useRef(place.path);
  useShortcuts();
  const person = usePerson();
  // What only the owner of a fleet may see is not offered to others.
  const offered = sections.filter(([address]) => person === null || person.owns_fleet || !forOwners.includes(address));
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const position = positionOf(place.entry);
    const isOther = path.current !== place.path;
    path.current = place.path;
    // Going back restores the position; a new page begins at its heading.
    if (position !== null) requestAnimationFrame(() => scrollTo({ top: position, behavior: "instant" }));
    else if (isOther) document.getElementById("top")?.focus({ preventScroll: true });
  }, [place]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Keys keys={keys} />
      <header class="bar">
        <a class="brand" href="/">
          tonne
        </a>
        <nav aria-label="Pages">
          <ul>
            {offered.map(([address, name]) => (
              <li key={address}>
                <a href={address} aria-current={isIn(place.path, address) ? "page" : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <span class="tools">
          <Person person={person} />
          <Theme />
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        <Page place={place} />
      </main>
      <footer class="site">
        <p>
          tonne, the carbon ledger for AI. Every figure has its interval of 95 %, its boundary and its quality. <a href="/openapi/v1.json">All addresses</a>. Press <code>?</code> for the keys.
        </p>
      </footer>
    </>
  );
}

function isIn(path: string, section: string): boolean {
  if (section === "/") return path === "/" || path.startsWith("/runs/");
  if (section.startsWith("/estimate")) return path.startsWith("/estimate");
  if (section === "/totals" && path.startsWith("/months/")) return true;
  return path === section || path.startsWith(`${section}/`);
}

function Page({ place }: { place: Place }) {
  const [one, two, three] = place.path.split("/").filter((part) => part !== "").map(decode);
  if (one === undefined) return <RunsPage place={place} />;
  if (one === "runs" && two !== undefined && three === undefined) return <RunPage key={two} run={two} place={place} />;
  if (one === "runs" && two !== undefined && three === "live") return <LivePage key={two} run={two} />;
  if (one === "services") return two === undefined ? <ServicesPage /> : <ServicePage key={two} name={two} />;
  if (one === "totals") return <TotalsPage place={place} />;
  if (one === "months" && two !== undefined) return <MonthPage key={two} month={two} place={place} />;
  if (one === "compare") return <ComparePage place={place} />;
  if (one === "estimate") return <EstimatePage key={two ?? ""} kind={two === "inference" ? "inference" : "training"} place={place} />;
  if (one === "footprint") return <FootprintPage />;
  if (one === "catalogs") return two === undefined ? <CatalogsPage /> : <CatalogPage key={two} name={two} place={place} />;
  if (one === "budgets") return <BudgetsPage />;
  if (one === "doctor") return <DoctorPage />;
  if (one === "nodes") return <NodesPage place={place} />;
  return (
    <PageHead title="There is no such page">
      <p>
        <a href="/">All runs</a> are here.
      </p>
    </PageHead>
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `g` and a letter go to a page, `/` to the search, `[` and `]` to the neighbours in a list. */
function useShortcuts(): void {
  useEffect(() => {
    let before = "";
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
      const [last, key] = [before, event.key];
      before = key;
      if (last === "g") {
        const section = sections.find(([, , letter]) => letter === key);
        if (section) open(section[0]);
        return;
      }
      const target2 = key === "/" ? "[data-key='search']" : key === "[" ? "[data-key='before']" : key === "]" ? "[data-key='next']" : null;
      const element = target2 ? document.querySelector<HTMLElement>(target2) : null;
      if (!element) return;
      event.preventDefault();
      if (key === "/") element.focus();
      else element.click();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

const root = document.getElementById("page")!;
root.replaceChildren();
render(<App />, root);
