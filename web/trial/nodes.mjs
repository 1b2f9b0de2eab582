// Opens the page of the nodes in Chromium, on a real server with a database, and prints what a trial needs as JSON:
//   TONNE_HOME=LEDGER TONNE_DATABASE=ADDRESS node trial/nodes.mjs --tonne EXECUTABLE [--shots FOLDER]
// The figures of the page beside those of `tonne fleet status --json`; the order of the rows; the same page without a node and with
// 10,000, made from the document, and of a server without a database; errors of the console, requests that fail or leave the server,
// findings of axe, stored markup that became elements, and overflow at 1280 and 390 px in both themes.
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
const [tonne, shots] = ["tonne", "shots"].map(option);
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const result = { expected: null, page: null, heading: null, sum: null, links: {}, empty: null, folder: null, many: null, stolen: 0, errors: [], failed: [], axe: [], overflow: [] };

const children = [];
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

async function serve(environment) {
  const child = spawn(tonne, ["serve", "--port", "0", "--no-open"], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /(http:\/\/[^/]+)\/\?token=(\S+)/.exec(line);
    if (found) return { base: found[1], token: found[2] };
  }
  throw new Error("tonne serve ended before it had an address");
}

const fleet = await serve(process.env);
const { TONNE_DATABASE: _, ...without } = process.env;
const folder = await serve({ ...without, TONNE_HOME: `${process.env.TONNE_HOME}-without` });

/** The figures of a node that are compared. */
const figuresOf = (node) => [node.name, node.state, node.last_seen_at, node.waiting, node.waiting_since, node.dropped, node.runs, node.version];
result.expected = JSON.parse((await promisify(execFile)(tonne, ["fleet", "status", "--json"])).stdout).nodes.map(figuresOf);

const read = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".node-list tbody tr")].map((row) => {
      const text = (name) => {
        const found = row.querySelector(`[data-figure='${name}']`).textContent.trim();
        return found === "–" ? null : found;
      };
      const number = (name) => (text(name) === null ? null : Number(text(name).replaceAll(",", "")));
      const time = (column) => row.querySelector(`td:nth-child(${column}) time`)?.dateTime ?? null;
      return [row.querySelector("td b").textContent, text("state"), time(3), number("waiting"), time(4), number("dropped"), number("runs"), text("version")];
    }),
  );

const many = (document) => ({
  ...document,
  nodes: Array.from({ length: 10_000 }, (_, i) => ({ ...document.nodes[i % document.nodes.length], name: `rack-${Math.floor(i / 40)}-node-${i}-of-the-cluster-with-a-name-that-is-as-long-as-such-names-are` })),
});

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const theme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && result.errors.push(message.text()));
  page.on("pageerror", (error) => result.errors.push(String(error)));
  page.on("response", (response) => response.status() >= 400 && result.failed.push(`${response.status()} ${response.url()}`));
  page.on("request", (request) => ![fleet.base, folder.base].some((base) => request.url().startsWith(base)) && !/^(data|blob):/.test(request.url()) && result.failed.push(`asks ${request.url()}`));
  for (const { base, token } of [fleet, folder]) await page.goto(`${base}/?token=${token}`);
  const answer = async () => (await page.request.get(`${fleet.base}/api/v1/fleet/nodes`, { headers: { Authorization: `Bearer ${fleet.token}` } })).json();
  const document = await answer();
  const states = [
    ["nodes", fleet, null, ".node-list tbody tr"],
    ["empty", fleet, { ...document, nodes: [] }, ".empty"],
    ["many", fleet, many(document), ".node-list tbody tr:nth-child(500)"],
    ["folder", folder, null, ".empty"],
  ];
  for (const [key, { base, token }, stub, wait] of states) {
    await page.setViewportSize({ width: 1280, height: 900 });
    // Both servers have one host, so the cookie of one replaces that of the other.
    await page.goto(`${base}/?token=${token}`);
    if (stub) await page.route("**/api/v1/fleet/nodes", (route) => route.fulfill({ json: stub }));
    const began = performance.now();
    await page.goto(`${base}/nodes`);
    await page.waitForSelector(wait, { timeout: 20_000 });
    const heading = await page.textContent("h1");
    if (theme === "light") {
      result.links[key] = await page.evaluate(() => [...document.querySelectorAll("nav[aria-label='Pages'] a")].map((link) => link.getAttribute("href")));
      if (key === "nodes") [result.page, result.heading, result.sum] = [await read(page), heading, await page.textContent(".boundary-line")];
      if (key === "empty") result.empty = `${heading} ${await page.textContent(".empty")}`;
      if (key === "folder") result.folder = `${heading} ${await page.textContent(".empty")}`;
      if (key === "many") {
        const shown = performance.now() - began;
        await page.fill("[data-key='search']", "node-9999-");
        await page.waitForFunction(() => document.querySelectorAll(".node-list tbody tr").length === 1);
        result.many = { shown_ms: Math.round(shown), found: await page.textContent(".node-list tbody td b"), address: new URL(page.url()).search };
        await page.fill("[data-key='search']", "");
        await page.waitForSelector(wait);
      }
    }
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (shots) await page.screenshot({ path: `${shots}/${key}-${theme}-${width}.png`, fullPage: key !== "many" });
      // Also inside the table: nothing has to be scrolled sideways to be read.
      const overflow = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll(".scroll")].map((one) => one.scrollWidth - one.clientWidth));
      if (overflow.some((one) => one > 0)) result.overflow.push(`${theme} ${width} ${key}: ${overflow} px`);
      if (key === "many") continue;
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const violation of found.violations) result.axe.push(`${theme} ${width} ${key} ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
    }
    result.stolen += await page.evaluate(() => (globalThis.__stolen === undefined ? 0 : 1) + document.querySelectorAll("main img, main script").length);
    await page.unroute("**/api/v1/fleet/nodes");
  }
  await context.close();
}

console.log(JSON.stringify(result));
await browser.close();
process.exit(0);
