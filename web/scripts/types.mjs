// Writes the types of the documents in TypeScript from their schemas, which tests write from the C# types.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const read = (name) => JSON.parse(readFileSync(new URL(`../../docs/formats/${name}`, import.meta.url), "utf8"));

const make = (file, name) =>
  compile(read(file), name, {
    additionalProperties: false,
    bannerComment: `/** Generated from docs/formats/${file} by \`npm run types\`; not edited by hand. */`,
    style: { printWidth: 120 },
  });

/** Text of each file with types. */
export const types = {
  "payload.ts": await make("tonne.report.schema.json", "Report"),
  "compare/payload.ts": await make("tonne.report-comparison.schema.json", "ComparisonPage"),
  "footprint/payload.ts": await make("tonne.report-footprint.schema.json", "FootprintPage"),
  "estimate/payload.ts": await make("tonne.report-estimate.schema.json", "EstimatePage"),
  "documents.ts": await make("tonne.server.schema.json", "ServerDocuments"),
};

if (process.argv[1]?.endsWith("types.mjs")) {
  for (const [file, text] of Object.entries(types)) writeFileSync(new URL(`../src/${file}`, import.meta.url), text);
}
