// Opens a service in Chromium, on the dashboard and as a file, and prints what a trial needs as JSON:
//   TONNE_HOME=LEDGER node trial/service.mjs --tonne EXECUTABLE --name NAME --file REPORT.html [--shots FOLDER]
// The figures of the page, of the file and of the server beside those of `tonne service show NAME --json`, asked before and after;
// the live tile of the start page; models as they are shown; errors of the console, requests that fail or leave the server, findings
// of axe, and overflow at 1280 and 390 px in both themes. A service of 120 days is made from the document, for the chart by day.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : null;
};
const [tonne, name, file, shots] = ["tonne", "name", "file", "shots"].map(option);
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const result = { expected: [], page: null, file: null, api: null, tile: null, headline: null, models: [], errors: [], failed: [], axe: [], overflow: [] };

const child = spawn(tonne, ["serve", "--port", "0", "--no-open", "--read-only"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => child.kill("SIGKILL"));
let base, token;
for await (const line of createInterface({ input: child.stdout })) {
  const found = /(http:\/\/[^/]+)\/\?token=(\S+)/.exec(line);
  if (!found) continue;
  [, base, token] = found;
  break;
}

const grouped = (number) => Number(number.replaceAll(",", ""));
const bounds = (one) => one && [one.value, one.low, one.high];
/** The figures that are compared: of the headline and its facts, and the counts of each day, the newest first. */
const figuresOf = (service) => {
  const amounts = service.week.wh_per_request ? service.week : service.all;
  return {
    today: service.today.requests,
    figures: [amounts.wh_per_request, amounts.wh_per_request, amounts.g_per_request, amounts.wh_per1000_tokens, amounts.g_per1000_tokens, service.kg_per_day].map(bounds),
    idle: amounts.idle_share,
    days: service.days.toReversed().map(({ day, amounts: one }) => ({ day, requests: one.requests, prompt: one.prompt_tokens, output: one.output_tokens })),
  };
};
const run = promisify(execFile);
const ask = async () => figuresOf(JSON.parse((await run(tonne, ["service", "show", name, "--json"], { maxBuffer: 1 << 26 })).stdout));

const read = async (page) => {
  const shown = await page.evaluate(() => {
    const texts = (row, selector) => [...row.querySelectorAll(selector)].map((cell) => cell.textContent.trim());
    const titles = [document.querySelector("#answer .number"), ...[...document.querySelectorAll(".service-facts dd")].slice(0, 5)].map((one) => one.title);
    return { titles, idle: document.querySelector(".service-facts div:last-child dd").title, days: [...document.querySelectorAll("#days tbody tr")].map((row) => texts(row, "td")), today: document.querySelector("#periods tbody tr:nth-child(2) td:nth-child(2)").textContent };
  });
  return {
    today: grouped(shown.today),
    figures: shown.titles.map((title) => { const found = /^(\S+) .*\((\S+) to (\S+)\)$/.exec(title); return found ? found.slice(1).map(Number) : null; }),
    idle: Number(shown.idle),
    days: shown.days.map(([day, requests, prompt, output]) => ({ day, requests: grouped(requests), prompt: grouped(prompt), output: grouped(output) })),
  };
};

/** The document of a service of 120 days, from a real one: other days in other sizes, some without a record, alerts and gaps. */
const many = (service) => {
  const [{ amounts }] = service.days;
  const scaled = (one, by) => Object.fromEntries(Object.entries(one).map(([key, value]) => [key, /_uj$|requests|tokens$|seconds$/.test(key) && typeof value === "number" ? Math.round(value * by) : /kwh|_kg/.test(key) ? Object.fromEntries(Object.entries(value).map(([bound, of]) => [bound, of * by])) : value]));
  // Of each part something, so that the chart has all of them.
  const divided = (one) => ({ ...one, ...Object.fromEntries([["prompt", 0.2], ["output", 0.45], ["held", 0.1], ["waiting", 0.05], ["idle", 0.2]].map(([part, share]) => [`${part}_uj`, one.energy_uj * share])) });
  const days = [];
  for (let i = 0; i < 120; i++) if (i % 17 !== 3) days.push({ day: new Date(Date.UTC(2026, 6, 1 + i)).toISOString().slice(0, 10), amounts: divided(scaled(amounts, 1e5 * (1.2 + Math.sin(i / 3)))) });
  return {
    ...service, name: "many", days, all: scaled(amounts, 1e7), kg_per_day: { value: 1.234, low: 0.6, high: 2.5 }, training_kg: { value: 24700, low: 24700, high: 24700 }, break_even_days: 20016.2,
    alerts: ["62 % of the energy of the last seven days fell on no request: fewer or smaller replicas, or stopping at night, would save most of it."],
    gaps: days.slice(0, 30).map(({ day }) => ({ from: `${day}T03:10:00Z`, to: `${day}T04:00:00Z`, reason: "http://localhost:8000/metrics: the connection was refused, a reason as long as such reasons are in practice" })),
    runs: days.map(({ day }) => `${day.replaceAll("-", "")}-000000-abcdef`),
  };
};

result.expected.push(await ask());
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const theme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && result.errors.push(message.text()));
  page.on("pageerror", (error) => result.errors.push(String(error)));
  page.on("response", (response) => response.status() >= 400 && result.failed.push(`${response.status()} ${response.url()}`));
  page.on("request", (request) => !request.url().startsWith(base) && !/^(data|blob|file):/.test(request.url()) && result.failed.push(`asks ${request.url()}`));
  const fetchDocument = async () => (await page.request.get(`${base}/api/v1/services/${name}`)).json();
  await page.route("**/api/v1/services/many", async (route) => route.fulfill({ json: many(await fetchDocument()) }));
  await page.goto(`${base}/?token=${token}`);
  const pages = [
    ["start", `${base}/`, "#services-now a"],
    ["list", `${base}/services`, "table"],
    ["service", `${base}/services/${name}`, "#runs"],
    ["many", `${base}/services/many`, "#energy svg"],
    ["file", `file://${file}`, "#runs"],
  ];
  for (const [key, address, wait] of pages) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(address);
    await page.waitForSelector(wait, { timeout: 20_000 });
    if (theme === "light" && key === "start")
      result.tile = await page.evaluate(() => {
        const tile = document.querySelector("#services-now a");
        const [requests, request] = [...tile.querySelectorAll(".tile-figures b")].map((one) => one.textContent.trim());
        return { address: tile.getAttribute("href"), requests, request };
      });
    if (theme === "light" && key === "service") {
      [result.page, result.api] = [await read(page), figuresOf(await fetchDocument())];
      result.headline = await page.textContent("#answer .number");
      result.models = await page.evaluate(() => [...document.querySelectorAll("#models tbody tr td:first-child")].map((cell) => cell.textContent));
    }
    if (theme === "light" && key === "file") result.file = await read(page);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (shots) await page.screenshot({ path: `${shots}/${key}-${theme}-${width}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) result.overflow.push(`${theme} ${width} ${key}: ${overflow} px`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const violation of found.violations) result.axe.push(`${theme} ${width} ${key} ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
    }
  }
  await context.close();
}
result.expected.push(await ask());

console.log(JSON.stringify(result));
await browser.close();
process.exit(0);
