// Okabe and Ito, without those of components where others are left: distinguished by label and dash too.
const colours = 6;

/** The colour of a run by its index. */
export const colourOf = (run: number): string => `var(--run-${run % colours})`;

/** The dash of its line, so that it is distinguished without colour. */
export const dashOf = (run: number): string | undefined => [undefined, "6 3", "2 3", "8 3 2 3", "10 4", "1 4"][run % 6];
