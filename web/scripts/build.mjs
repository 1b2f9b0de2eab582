// Builds what the programs embed, in artifacts/web:
// report.html, one file with script and style in it, and a policy that allows only these two, by their hashes;
// {{report-title}}, {{report-answer}} and {{report-data}} are left for the program that writes a report.
// dashboard/, the pages of the server: index.html, and the script and style it loads, with the hash of their content in their names.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const artifacts = fileURLToPath(new URL("../../artifacts/web/", import.meta.url));
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const bundle = async (entry, loader) => {
  const result = await build({
    entryPoints: [at(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2022"],
    charset: "utf8",
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    ...loader,
  });
  return result.outputFiles[0].text.trim();
};

// An end tag in a string would end the element.
const inline = (text) => text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

const script = inline(await bundle("src/report/main.tsx", {}));
const style = inline(await bundle("src/report/report.css", {}));
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const html = readFileSync(at("src/report/template.html"), "utf8")
  .replace("{{policy}}", () => policy)
  .replace("{{style}}", () => style)
  .replace("{{script}}", () => script);
mkdirSync(artifacts, { recursive: true });
writeFileSync(`${artifacts}report.html`, html);
console.log(`artifacts/web/report.html: ${Math.round(html.length / 1000)} kB (script ${Math.round(script.length / 1000)}, style ${Math.round(style.length / 1000)})`);

const name = (start, text, end) => `${start}-${createHash("sha256").update(text, "utf8").digest("hex").slice(0, 12)}.${end}`;
const pages = { script: await bundle("src/dashboard/main.tsx", {}), style: await bundle("src/dashboard/dashboard.css", {}) };
const names = { script: name("dashboard", pages.script, "js"), style: name("dashboard", pages.style, "css") };
// Those of an earlier build would be embedded as well.
rmSync(`${artifacts}dashboard`, { recursive: true, force: true });
mkdirSync(`${artifacts}dashboard`, { recursive: true });
writeFileSync(`${artifacts}dashboard/${names.script}`, pages.script);
writeFileSync(`${artifacts}dashboard/${names.style}`, pages.style);
writeFileSync(
  `${artifacts}dashboard/index.html`,
  readFileSync(at("src/dashboard/index.html"), "utf8").replace("{{script}}", () => names.script).replace("{{style}}", () => names.style),
);
console.log(`artifacts/web/dashboard: script ${Math.round(pages.script.length / 1000)} kB, style ${Math.round(pages.style.length / 1000)} kB`);
