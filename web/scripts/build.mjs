// Builds artifacts/web/report.html: one file with script and style in it, and a policy that allows only these two, by their hashes.
// {{report-title}}, {{report-answer}} and {{report-data}} are left for the program that writes a report.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  // An end tag in a string would end the element.
  return result.outputFiles[0].text.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
};

const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

const script = await bundle("src/report/main.tsx", {});
const style = await bundle("src/report/report.css", {});
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
