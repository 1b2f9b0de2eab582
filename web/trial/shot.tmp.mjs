import { chromium } from "playwright-core";
const [base, token, out, width, theme, ...paths] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ viewport: { width: +width, height: 900 }, colorScheme: theme });
const dir = new URL("../../artifacts/web/dashboard/", import.meta.url).pathname;

await context.route(/./, async (route) => {
  const u = new URL(route.request().url());
  if (u.pathname.startsWith("/assets/") && (await import("node:fs")).existsSync(dir + u.pathname.slice(8))) return route.fulfill({ path: dir + u.pathname.slice(8), contentType: u.pathname.endsWith("css") ? "text/css" : "text/javascript" });
  if (route.request().resourceType() === "document" && !u.searchParams.has("token")) return route.fulfill({ path: dir + "index.html", contentType: "text/html" });
  return route.continue();
});
const page = await context.newPage();
page.on("console", (m) => (m.type() === "error" || m.type()==="warning") && console.log("console", m.text()));
page.on("pageerror", (e) => console.log("error", e.stack));
page.on("response", (r) => r.status() >= 400 && console.log(r.status(), r.url()));
await page.goto(`${base}/?token=${token}`);
for (const path of paths) {
  await page.goto(base + path);
  await page.waitForTimeout(path.includes("live") ? 2500 : 1200);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const name = `${out}/${width}-${theme}${path.replace(/[^a-z0-9]+/gi, "_").slice(0, 40)}.png`;
  await page.screenshot({ path: name, fullPage: !process.env.VIEW });
  console.log(name, over ? "OVERFLOW " + over : "");
}
await browser.close();
