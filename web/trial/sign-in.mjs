// Signs in in Chromium, on a real server with an issuer, and prints what a trial needs as JSON:
//   node trial/sign-in.mjs --address URL
// The page that was asked for is reached over the issuer; who is signed in is shown; the cookie of the session is not for scripts; what
// only the owner of the fleet may see is not offered; the button ends the session, and leads to where the issuer ends its own.
import { chromium } from "playwright-core";

const address = process.argv[process.argv.indexOf("--address") + 1].replace(/\/$/, "");
const result = { visited: [], at: null, person: null, links: [], readable: null, session: null, end: null, after: null, errors: [] };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext();
const page = await context.newPage();
page.setDefaultTimeout(120_000);
page.on("pageerror", (error) => result.errors.push(String(error)));
page.on("console", (message) => message.type() === "error" && message.location().url.startsWith(address) && result.errors.push(message.text()));
page.on("request", (request) => request.isNavigationRequest() && result.visited.push(new URL(request.url()).pathname));

await page.goto(`${address}/totals?by=account`);
await page.getByRole("button", { name: "Sign out" }).waitFor();
result.at = page.url().slice(address.length);
result.person = (await page.locator(".tools .quiet").textContent()).trim();
result.links = await page.locator(".bar nav a").evaluateAll((links) => links.map((link) => new URL(link.href).pathname));
result.readable = await page.evaluate(() => document.cookie);
const session = (await context.cookies()).find((cookie) => cookie.name.endsWith("tonne-session"));
result.session = session && { httpOnly: session.httpOnly, sameSite: session.sameSite };
await page.getByRole("button", { name: "Sign out" }).click();
await page.waitForURL((url) => url.pathname === "/end");
result.end = page.url();
result.after = (await context.cookies()).some((cookie) => cookie.name.endsWith("tonne-session"));
await browser.close();
console.log(JSON.stringify(result));
