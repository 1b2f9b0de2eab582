// Opens a page in Chromium and prints what a trial needs as JSON:
//   node trial/page.mjs FILE [--shots FOLDER]
// requests (other than the file), errors of the console, serious and critical findings of axe in both themes, the texts of the figures,
// times of the first paint and of a zoom, the width that overflows at each size.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const file = resolve(process.argv[2]);
const at = process.argv.indexOf("--shots");
const folder = at > 0 ? resolve(process.argv[at + 1]) : null;
if (folder) mkdirSync(folder, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const result = { requests: [], errors: [], axe: [], overflow: {}, answer: "", sections: [], untwinned: [], paint_ms: 0, interaction_ms: 0, typed_ms: 0, settled_ms: 0, printed_kb: 0 };
try {
  for (const theme of ["light", "dark"]) {
    for (const width of [1440, 820, 390]) {
      // axe is put into the page by the driver, past the policy that forbids other scripts.
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, bypassCSP: false, offline: true });
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "error" && result.errors.push(message.text()));
      page.on("pageerror", (error) => result.errors.push(String(error)));
      page.on("request", (request) => {
        const url = request.url();
        if (url !== pathToFileURL(file).href && !url.startsWith("data:")) result.requests.push(url);
      });
      await page.goto(pathToFileURL(file).href);
      await page.waitForSelector("#answer");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      result.overflow[`${theme}-${width}`] = overflow;
      await page.waitForSelector("footer");
      if (folder) await page.screenshot({ path: `${folder}/${basename(file, ".html")}-${theme}-${width}.png`, fullPage: true });
      if (width !== 820) {
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        for (const violation of found.violations) {
          if (violation.impact === "serious" || violation.impact === "critical")
            result.axe.push(`${theme} ${width} ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
        }
      }
      if (theme === "light" && width === 1440) {
        // The rest of the page follows the answer in a frame of its own.
        await page.waitForSelector("footer");
        result.answer = await page.textContent(".headline .number");
        result.untwinned = await page.$$eval("section[id]", (all) =>
          all.filter((one) => one.querySelector(".picture svg, .picture canvas") && !one.querySelector("details.twin, table, ol, dl")).map((one) => one.id));
        result.sections = await page.$$eval("section[id]", (all) => all.map((one) => one.id));
        result.paint_ms = await page.evaluate(() => Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1));
        result.headline = await page.$eval("h1", (one) => one.textContent);
        result.interaction_ms = await page.evaluate(async () => {
          const chart = document.querySelector(".power-box");
          if (!chart) return 0;
          let most = 0;
          for (const key of ["+", "ArrowRight", "+", "ArrowLeft", "0"]) {
            const began = performance.now();
            chart.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            most = Math.max(most, performance.now() - began);
          }
          return Math.round(most);
        });
        [result.typed_ms, result.settled_ms] = await page.evaluate(async () => {
          const select = document.querySelector("#what-if select");
          if (!select) return [0, 0];
          let most = 0;
          const outcome = document.querySelector("#what-if .outcome");
          // Of each change: the time in which the page does not answer, and the time until the figure is there.
          let settled = 0;
          for (const value of ["SE", "PL", "FR", ""]) {
            const began = performance.now();
            select.value = value;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            let last = began;
            do {
              await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
              const now = performance.now();
              // A frame of 60 a second is no waiting.
              most = Math.max(most, now - last - 17);
              last = now;
            } while (outcome.getAttribute("aria-busy") === "true" && last - began < 5000);
            settled = Math.max(settled, last - began);
          }
          return [Math.round(most), Math.round(settled)];
        });
        const pdf = await page.pdf({ format: "A4", ...(folder ? { path: `${folder}/${basename(file, ".html")}.pdf` } : {}) });
        result.printed_kb = Math.round(pdf.length / 1000);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(result, null, 1));
