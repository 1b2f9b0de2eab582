// Writes src/payload.ts from the schema of the report's document.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const schema = JSON.parse(readFileSync(new URL("../../docs/formats/tonne.report.schema.json", import.meta.url), "utf8"));

export const types = await compile(schema, "Report", {
  additionalProperties: false,
  bannerComment: "/** Generated from docs/formats/tonne.report.schema.json by `npm run types`; not edited by hand. */",
  style: { printWidth: 120 },
});

if (process.argv[1]?.endsWith("types.mjs")) writeFileSync(new URL("../src/payload.ts", import.meta.url), types);
