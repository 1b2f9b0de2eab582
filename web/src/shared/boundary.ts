const boundaryWords: Record<string, string> = {
  it: "IT equipment at the plug",
  facility: "at the facility (PUE included)",
  hardware: "hardware manufacturing",
  share: "the job's share of the machine",
  machine: "the whole machine",
  location: "location-based",
  market: "market-based",
  lifecycle: "with the life cycle of power plants",
  direct: "direct emissions of power plants",
  "with embodied": "emissions with hardware manufacturing",
  embodied: "embodied emissions",
  unstated: "its basis is not stated",
};

/** The words of a boundary in a document as a line to read; what has no other word stays as it is. */
export const describeBoundary = (boundary: string): string =>
  boundary.startsWith("mixed: ")
    ? `different boundaries: ${boundary.slice("mixed: ".length).split("; ").map((one) => describeBoundary(one.replace(/ \(\d+\)$/, "")) + (/ \(\d+\)$/.exec(one)?.[0] ?? "")).join("; ")}`
    : boundary
        .split(/, (?![^(]*\))/)
        .map((word) => boundaryWords[word] ?? word.replace(/^(facility|it|gpu|hardware)\((.*)\)$/, (_, place: string, parts: string) => `${boundaryWords[place] ?? place}: ${parts.replaceAll("+", ", ")}`))
        .join(", ");
