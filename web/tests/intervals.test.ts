import { expect, it } from "vitest";
import { spaced, tickText } from "../src/shared/intervals";

it.each([
  [250_000, "kWh", 110_000, "250 MWh"],
  [200_000, "kWh", 110_000, "200 MWh"],
  [500, "kg CO2e", 4500, "0.5 t"],
  [0, "kWh", 110_000, "0 MWh"],
  [10, "g CO2e", 140, "10 g"],
  [0.05, "Wh", 0.3, "0.05 Wh"],
  [0.5, "×", undefined, "0.5 ×"],
])("a tick of %d %s beside %s is %s", (tick, unit, like, text) => expect(tickText(tick, unit, like)).toBe(text));

it("ticks whose labels would overlap are left out, and those at the rule", () => {
  expect(spaced([0, 1, 2, 3], (tick) => tick * 40)).toEqual([0, 2]);
  expect(spaced([0, 1, 2, 3], (tick) => tick * 100, 200)).toEqual([0, 1, 3]);
});
