// Opens every page of a real `tonne serve` in Chromium and prints what a trial needs as JSON:
//   TONNE_HOME=LEDGER node trial/dashboard.mjs --tonne EXECUTABLE [--runs N] [--many LEDGER] [--shots FOLDER]
// The ledger has a run that is recorded now, one with a hostile name, and others. Per page: errors of the console, failed requests,
// serious and critical findings of axe, overflow, controls that the keyboard does not reach, stored markup that became elements.
// Then the live page: how late a sample is shown, and whether it recovers when the server is killed and started again.
// Then N runs whose figures on their pages are those of `tonne show --json`. With --many: times of a list of many runs.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : null;
};
const tonne = option("tonne");
const shots = option("shots") && resolve(option("shots"));
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const result = { pages: [], errors: [], failed: [], axe: [], overflow: [], unreached: [], unfocused: [], hostile: [], live: {}, figures: { runs: 0, wrong: [] }, many: null };

const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;
/** Starts `tonne serve` and waits for its address. */
async function serve(home, port = 0) {
  const child = spawn(tonne, ["serve", "--port", String(port), "--no-open"], { env: { ...process.env, TONNE_HOME: home }, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /(http:\/\/[^/]+)\/\?token=(\S+)/.exec(line);
    if (!found) continue;
    const [, base, token] = found;
    return { child, base, token, port: Number(new URL(base).port), get: async (path) => (await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })).json() };
  }
  throw new Error("tonne serve ended before it had an address");
}

const end = (server) =>
  new Promise((done) => {
    if (server.child.exitCode !== null || server.child.signalCode !== null) return done();
    server.child.once("exit", done);
    server.child.kill("SIGKILL");
  });

// Nothing is left behind when a check fails.
const children = [];
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

const home = process.env.TONNE_HOME;
let server = await serve(home);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function openContext(width, theme, base = server.base, token = server.token) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const where = () => `${theme} ${width} ${page.url().slice(base.length)}`;
  page.on("console", (message) => message.type() === "error" && result.errors.push(`${where()}: ${message.text()}`));
  page.on("pageerror", (error) => result.errors.push(`${where()}: ${error}`));
  page.on("dialog", (dialog) => {
    result.hostile.push(`${where()}: a dialog opened`);
    void dialog.dismiss();
  });
  page.on("response", (response) => response.status() >= 400 && result.failed.push(`${where()}: ${response.status()} ${response.url()}`));
  page.on("requestfailed", (request) => !/ERR_ABORTED/.test(request.failure()?.errorText ?? "") && result.failed.push(`${where()}: ${request.url()} ${request.failure()?.errorText}`));
  page.on("request", (request) => !request.url().startsWith(base) && !/^(data|blob):/.test(request.url()) && result.failed.push(`${where()}: asks ${request.url()}`));
  await page.goto(`${base}/?token=${token}`);
  return { context, page };
}

/** A page is there when it has its heading and nothing is on its way. */
const settle = async (page) => {
  await page.waitForFunction(() => document.querySelector("#top") && !document.querySelector(".skeleton") && !document.querySelector("[aria-busy=true]"), null, { timeout: 15_000 });
  if (page.url().endsWith("/live")) await page.waitForSelector("[data-live=open] , [data-live=ended]");
  // The parts below the answer follow in the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60))));
};

const runs = (await server.get("/api/v1/runs?limit=100")).runs;
const ended = runs.filter((run) => run.status !== "running" && run.emissions_kg);
const running = runs.find((run) => run.status === "running");
const hostile = runs.find((run) => run.name.includes("<img"));
const pages = [
  "/",
  "/?q=there+is+no+such+run",
  ...(hostile ? [`/runs/${hostile.id}`] : []),
  ...(running ? [`/runs/${running.id}/live`, `/runs/${running.id}`] : []),
  `/compare?run=${ended[0].id}&run=${ended[1].id}`,
  "/compare",
  "/totals?by=user",
  // That of the runs with hostile names, and one of imported rows; one without runs.
  `/months/${new Date().toISOString().slice(0, 7)}?by=project`,
  "/months/2026-05",
  "/months/2019-01",
  "/estimate/training?model=llama-3.1-8b&tokens=1T&hardware=h100,a100&zone=FR",
  "/estimate/inference?model=llama-3.1-70b&hardware=h100,a100&output-tokens=400&requests-per-day=1000",
  "/estimate/inference",
  "/footprint",
  "/catalogs",
  "/catalogs/equivalents",
  "/budgets",
  "/services",
  "/doctor",
];
result.pages = pages;

/** Opens every folded part, and those inside of it. */
async function unfold(page) {
  for (let level = 0; level < 12; level++) {
    const opened = await page.evaluate(async () => {
      const folded = [...document.querySelectorAll("details:not([open])")];
      for (const one of folded) one.open = true;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
      return folded.length;
    });
    if (opened === 0) return;
  }
}

async function examine(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
}

/** Tabs through the page: every control must be reached, and show that it has the focus. */
async function tabThrough(page) {
  await page.evaluate(() => {
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("dialog:not([open])");
    const all = [...document.querySelectorAll("a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex='0']")].filter(isShown);
    all.forEach((element, i) => element.setAttribute("data-control", String(i)));
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
  const known = await page.$$eval("[data-control]", (all) => all.map((one) => [one.dataset.control, one.type === "radio" ? `radio ${one.name}` : ""]));
  // The page notes what gets the focus.
  await page.evaluate(() => {
    globalThis.__reached = [];
    document.addEventListener("focusin", (event) => {
      const style = getComputedStyle(event.target);
      globalThis.__reached.push([event.target.dataset?.control ?? null, event.target.type === "radio" ? `radio ${event.target.name}` : "", style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0, event.target.outerHTML.slice(0, 120)]);
    });
  });
  for (let i = 0; i < known.length + 10; i++) await page.keyboard.press("Tab");
  const seen = await page.evaluate(() => globalThis.__reached);
  const reached = new Set(seen.map(([id]) => id));
  const groups = new Set(seen.map(([, group]) => group).filter((group) => group));
  for (const [id, , isVisible, html] of seen) if (id !== null && !isVisible) result.unfocused.push(`${page.url().slice(server.base.length)}: ${html}`);
  const missed = known.filter(([id, group]) => !reached.has(id) && !(group && groups.has(group)));
  for (const [id] of missed.slice(0, 3)) result.unreached.push(`${page.url().slice(server.base.length)}: ${await page.$eval(`[data-control="${id}"]`, (one) => one.outerHTML.slice(0, 120))}`);
}

async function checkHostile(page) {
  const bad = await page.evaluate(() => document.querySelectorAll("#page img, #page script, #page iframe, [onerror], [onclick]").length + (globalThis.__stolen ? 1 : 0));
  if (bad > 0) result.hostile.push(`${page.url().slice(server.base.length)}: ${bad} elements came from stored text`);
  const hidden = await page.evaluate(() => /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText) || /[\u202a-\u202e]/.test(document.title));
  if (hidden) result.hostile.push(`${page.url().slice(server.base.length)}: a character that hides or reorders text`);
}

for (const theme of ["light", "dark"]) {
  const { context, page } = await openContext(1440, theme);
  for (const path of pages) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(server.base + path);
    await settle(page);
    if (path === "/footprint") {
      await page.getByText("Take the example").click();
      await page.getByRole("button", { name: "Account" }).click();
      await page.waitForSelector(".result .headline");
    }
    for (const width of [1440, 820, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      // Folded parts, as the deep levels of a derivation, must fit too.
      if (theme === "dark") await unfold(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) result.overflow.push(`${theme} ${width} ${path}: ${overflow} px`);
      if (shots) await page.screenshot({ path: `${shots}/${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "").slice(0, 40) || "runs"}-${theme}-${width}.png`, fullPage: true });
      if (width === 1440 || theme === "light") for (const finding of await examine(page)) result.axe.push(`${theme} ${width} ${path}: ${finding}`);
      if (theme === "light" && width === 1440) {
        await checkHostile(page);
        if (hostile && path === "/" && !(await page.evaluate(() => document.body.innerText)).includes("<img src=x")) result.hostile.push("the hostile name is not on the page as text");
        await tabThrough(page);
      }
    }
  }
  await context.close();
}

result.seconds = { pages: seconds() };
if (running) {
  const { context, page } = await openContext(1440, "light");
  await page.goto(`${server.base}/runs/${running.id}/live`);
  await settle(page);
  // From the time at which a sample was read to the frame that shows it.
  const late = await page.evaluate(
    (started) =>
      new Promise((done) => {
        const number = document.querySelector(".live-now .number");
        const times = [];
        const observer = new MutationObserver(() => {
          const duration = Number(number.dataset.duration);
          requestAnimationFrame(() => {
            times.push(Date.now() - started - duration * 1000);
            if (times.length === 5) {
              observer.disconnect();
              done(times);
            }
          });
        });
        observer.observe(number, { attributes: true, attributeFilter: ["data-duration"] });
        setTimeout(() => done(times), 15_000);
      }),
    Date.parse(running.started_at),
  );
  result.live.late_ms = late.map(Math.round);
  const [errors, failed] = [result.errors.length, result.failed.length];
  const before = Number(await page.getAttribute(".live-now .number", "data-duration"));
  await end(server);
  await page.waitForSelector("[data-live=lost]", { timeout: 10_000 });
  result.live.said = await page.textContent("[data-live]");
  if (shots) await page.screenshot({ path: `${shots}/live-lost-light-1440.png` });
  server = await serve(home, server.port);
  const restarted = performance.now();
  await page.waitForFunction((last) => document.querySelector("[data-live=open]") && Number(document.querySelector(".live-now .number").dataset.duration) > last, before, { timeout: 20_000 });
  result.live.recovered_ms = Math.round(performance.now() - restarted);
  // A lost connection is an error of the console by nature.
  result.errors.length = errors;
  result.failed.length = failed;
  await context.close();
}

result.seconds.live = seconds();
const wanted = Number(option("runs") ?? 0);
if (wanted > 0) {
  const factors = { "µWh": 1e-9, mWh: 1e-6, Wh: 1e-3, kWh: 1, MWh: 1e3, "µg CO2e": 1e-9, "mg CO2e": 1e-6, "g CO2e": 1e-3, "kg CO2e": 1, "t CO2e": 1e3 };
  /** Whether a printed figure is what a value rounds to. */
  const agrees = (text, value) => {
    const found = /^([\d,]+(?:\.(\d+))?) (.+)$/.exec(text.replace(/[\u202f\u00a0]/g, " ").trim());
    if (!found || !(found[3] in factors)) return false;
    const half = 0.5 * 10 ** -(found[2]?.length ?? 0) * (found[2] === undefined ? 10 ** /0*$/.exec(found[1])[0].length : 1);
    return Math.abs(value / factors[found[3]] - Number(found[1].replaceAll(",", ""))) <= half * (1 + 1e-9);
  };
  const show = promisify(execFile);
  const { context, page } = await openContext(1440, "light");
  const rows = (await server.get("/api/v1/runs?limit=50&sort=name&status=completed")).runs;
  // The list formats its figures itself; the page of a run has the texts of tonne.
  await page.goto(`${server.base}/?sort=name&status=completed`);
  await settle(page);
  const listed = new Map(await page.$$eval(".listing tbody tr", (all) => all.map((row) => [row.querySelector("td.name a").getAttribute("href").split("/")[2], row.querySelector("td.emissions").innerText.replace(/\s+/g, " ").trim()])));
  for (const run of rows.slice(0, wanted)) {
    const document = JSON.parse((await show(tonne, ["show", run.id, "--json"], { env: process.env, maxBuffer: 1 << 26 })).stdout);
    await page.goto(`${server.base}/runs/${run.id}`);
    await page.waitForSelector("#answer .number");
    const [text, title, sentence, interval] = await page.evaluate(() => {
      const number = document.querySelector("#answer .number");
      return [number.textContent, number.title, document.querySelector("#answer ~ h1").textContent, document.querySelector("#answer .range").textContent];
    });
    const whole = `${text} ${interval}`.replace(/\s+/g, " ").trim();
    if (listed.get(run.id) !== whole) result.figures.wrong.push(`${run.id}: '${listed.get(run.id)}' in the list, '${whole}' on its page`);
    const total = document.emissions_kg.total.value;
    const energy = /used ([\d.,]+.\S+)/.exec(sentence.replace(/[\u202f\u00a0]/g, " "))?.[1] ?? "";
    if (title !== `${total} kg CO2e` || !agrees(text, total) || !agrees(energy, document.facility_energy_kwh.value)) result.figures.wrong.push(`${run.id}: ${title} / ${text} / ${energy}; ${total} kg, ${document.facility_energy_kwh.value} kWh`);
    result.figures.runs++;
  }
  await context.close();
}

result.seconds.figures = seconds();
if (option("many")) {
  const many = await serve(resolve(option("many")));
  await many.get("/api/v1/runs?limit=1");
  const { context, page } = await openContext(1440, "light", many.base, many.token);
  await page.goto(`${many.base}/`);
  await page.waitForSelector(".listing tbody tr");
  const list = await page.evaluate(() => Math.round(performance.now()));
  await page.waitForSelector(".totals-picture");
  const totals = await page.evaluate(() => Math.round(performance.now()));
  const paint = await page.evaluate(() => Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1));
  const count = () => page.textContent(".pager span");
  const until = async (act) => {
    const old = await count();
    const began = performance.now();
    await act();
    await page.waitForFunction((before) => document.querySelector(".pager span")?.textContent !== before && !document.querySelector(".listing.is-old"), old);
    return Math.round(performance.now() - began);
  };
  const next = await until(() => page.keyboard.press("]"));
  await page.waitForTimeout(1500);
  const nextKnown = await until(() => page.keyboard.press("]"));
  const filter = await until(() => page.fill("[data-key=search]", "project3"));
  const total = await count();
  const sort = await page.evaluate(async () => {
    const began = performance.now();
    [...document.querySelectorAll("th button")].find((button) => button.textContent.startsWith("Emissions")).click();
    await new Promise((done) => {
      const look = () => (document.querySelector("th[aria-sort=descending]")?.textContent.startsWith("Emissions") && !document.querySelector(".listing.is-old") ? done() : requestAnimationFrame(look));
      requestAnimationFrame(look);
    });
    return Math.round(performance.now() - began);
  });
  const frame = await page.evaluate(async () => {
    let [most, last] = [0, performance.now()];
    for (let y = 0; y < document.documentElement.scrollHeight; y += 120) {
      scrollTo({ top: y, behavior: "instant" });
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      most = Math.max(most, now - last);
      last = now;
    }
    return Math.round(most);
  });
  result.many = { paint_ms: paint, list_ms: list, totals_ms: totals, next_ms: next, next_fetched_before_ms: nextKnown, filter_ms: filter, matches: total, sort_ms: sort, longest_frame_ms: frame };
  await context.close();
  await end(many);
}

await browser.close();
await end(server);
console.log(JSON.stringify(result, null, 1));
