// Opens how to reduce it on the page of a run in Chromium and prints what a trial needs as JSON:
//   TONNE_HOME=LEDGER node trial/advice.mjs --tonne EXECUTABLE --runs ID,ID [--shots FOLDER]
// Per run: levers of the page and of `tonne advise RUN --json`, which it asks before and after, as a plan is made for the minute.
// Besides: errors of the console, requests that fail or leave the server, findings of axe, overflow, and whether a command is copied.
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
const tonne = option("tonne");
const shots = option("shots");
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const result = { runs: [], errors: [], failed: [], axe: [], overflow: [], copied: null };

const child = spawn(tonne, ["serve", "--port", "0", "--no-open", "--read-only"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => child.kill("SIGKILL"));
let base, token;
for await (const line of createInterface({ input: child.stdout })) {
  const found = /(http:\/\/[^/]+)\/\?token=(\S+)/.exec(line);
  if (!found) continue;
  [, base, token] = found;
  break;
}

const run = promisify(execFile);
/** The figures of the command line: of each lever name, saving and command; and of each way without a figure its command. */
const ask = async (id) => {
  const advice = JSON.parse((await run(tonne, ["advise", id, "--json"], { maxBuffer: 1 << 26 })).stdout);
  const shown = [...advice.levers, ...advice.not_certain.filter((lever) => lever.saving.value >= 0.01)];
  return {
    nothing: advice.nothing_worth_doing,
    levers: shown.map((lever) => ({ ...lever.saving, basis: lever.basis, effort: lever.effort, command: lever.command_text })),
    unknown: advice.not_known.map((one) => one.command_text),
  };
};

const read = (page) =>
  page.evaluate(() => {
    const text = (element) => element.textContent.trim();
    return {
      nothing: text(document.querySelector("#advice-finding")).startsWith("Nothing worth doing here"),
      levers: [...document.querySelectorAll("#advice .levers:not(.unknown) > li")].map((lever) => {
        const data = lever.querySelector("data");
        const [, low, high] = /\((\S+) to (\S+)\)$/.exec(data.title);
        const [basis, effort] = [...lever.querySelectorAll(".lever-facts > span")].map(text);
        return { value: Number(data.value), low: Number(low), high: Number(high), basis, effort: effort.replace("effort: ", ""), command: text(lever.querySelector("code")) };
      }),
      unknown: [...document.querySelectorAll("#advice .levers.unknown code")].map(text),
      printed: [...document.querySelectorAll("#advice .levers:not(.unknown) data")].map(text),
    };
  });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const theme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: theme, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && result.errors.push(message.text()));
  page.on("pageerror", (error) => result.errors.push(String(error)));
  page.on("response", (response) => response.status() >= 400 && result.failed.push(`${response.status()} ${response.url()}`));
  page.on("request", (request) => !request.url().startsWith(base) && !/^(data|blob):/.test(request.url()) && result.failed.push(`asks ${request.url()}`));
  await page.goto(`${base}/?token=${token}`);
  for (const [i, id] of option("runs").split(",").entries()) {
    const before = theme === "light" ? await ask(id) : null;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${base}/runs/${id}#advice`);
    await page.waitForSelector("#advice .section-head", { timeout: 20_000 });
    const shown = await read(page);
    if (theme === "light") result.runs.push({ shown, expected: [before, await ask(id)] });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (shots) await page.locator("#advice").screenshot({ path: `${shots}/advice-${i}-${theme}-${width}.png` });
      await page.evaluate(() => document.querySelectorAll("#advice details").forEach((one) => (one.open = true)));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) result.overflow.push(`${theme} ${width} ${id}: ${overflow} px`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run("#advice", { resultTypes: ["violations"] }));
      for (const violation of found.violations) result.axe.push(`${theme} ${width} ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
      await page.evaluate(() => document.querySelectorAll("#advice details").forEach((one) => (one.open = false)));
    }
    if (result.copied === null) {
      await page.locator("#advice .lever-command button").first().click();
      result.copied = await page.evaluate(() => navigator.clipboard.readText());
    }
  }
  await context.close();
}

console.log(JSON.stringify(result));
await browser.close();
process.exit(0);
