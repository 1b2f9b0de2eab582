import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
// @ts-expect-error A script without types.
import { types } from "../scripts/types.mjs";

it("the types of the page are those of the published schema (npm run types writes them)", () => {
  expect(readFileSync(new URL("../src/payload.ts", import.meta.url), "utf8")).toBe(types);
});
