import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
// @ts-expect-error A script without types.
import { types } from "../scripts/types.mjs";

it.each(Object.entries(types as Record<string, string>))("the types of %s are those of the published schema (npm run types writes them)", (file, text) => {
  expect(readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8")).toBe(text);
});
