import type { Report, ReportStage, ReportStages } from "../payload";
import { formatPercent, thin } from "../shared/format";
import { Section, type Table } from "../shared/section";
import { inWords } from "../shared/scale";

/** The stages as a flow: data passes from card to card, and the last two are the meter and the grid beside it. */
export function Stages({ report, stages, citation }: { report: Report; stages: ReportStages; citation: string }) {
  const program = stages.rows.filter((row) => row.kind === "program");
  const meter = stages.rows.find((row) => row.kind === "measure");
  const grid = stages.rows.find((row) => row.kind === "account");
  const outside = stages.rows.find((row) => row.kind === "outside");
  const hasShapes = program.some((row) => row.in !== "" || row.out !== "");
  const mostRows = Math.max(1, ...program.flatMap((row) => [row.rows_in ?? 0, row.rows_out ?? 0]));
  return (
    <Section id="stages" kicker="Stages" finding={stages.finding} note={stages.note} table={stageTable(stages)} json={stages} citation={citation}>
      <div class="flow">
        <div class="cards">
          {program.map((row, i) => (
            <Card key={i} row={row} number={i + 1} mostRows={mostRows} hasRibbon={hasShapes} />
          ))}
        </div>
        <div class="joint" aria-hidden="true">
          <svg width="16" height="24" viewBox="0 0 16 24">
            <path d="M8 0v20M3 15l5 6 5-6" fill="none" stroke="currentColor" />
          </svg>
        </div>
        <div class="instruments">
          {meter && (
            <div class="instrument">
              <MeterIcon />
              <h3>
                <span>{program.length + 1}</span>Energy {report.answer.it_energy.quality}
              </h3>
              <p class="big" style={{ gridColumn: "1 / -1" }}>
                {thin(meter.out)} <Small>at the plug</Small>
              </p>
              <p class="quiet" style={{ gridColumn: "1 / -1" }}>
                from {meter.in}
                {meter.energy && `; measuring itself took ${thin(meter.energy.text)}`}
              </p>
            </div>
          )}
          <span class="arrow" aria-hidden="true">
            →
          </span>
          {grid && (
            <div class="instrument">
              <GridIcon />
              <h3>
                <span>{program.length + 2}</span>Emissions from the grid
              </h3>
              <p class="big" style={{ gridColumn: "1 / -1" }}>
                {thin(grid.out)} <Small>operational</Small>
              </p>
              <p class="quiet" style={{ gridColumn: "1 / -1" }}>
                {grid.in}, {report.answer.grid.name ?? "intensity as given"}
              </p>
            </div>
          )}
        </div>
        {outside?.energy && outside.share !== null && outside.share > 0 && (
          <p class="outside">
            Outside the stages: {outside.duration_text}, {thin(outside.energy.text)}, {thin(outside.emissions?.text ?? "")}.
          </p>
        )}
      </div>
    </Section>
  );
}

const Small = ({ children }: { children: string }) => <span class="small quiet" style={{ fontWeight: 400 }}>{children}</span>;

function Card(props: { row: ReportStage; number: number; mostRows: number; hasRibbon: boolean }) {
  const { row } = props;
  const removed = row.rows_in !== null && row.rows_out !== null && row.columns_in === row.columns_out ? row.rows_in - row.rows_out : 0;
  const share = row.share ?? 0;
  return (
    <div class="card" style={{ flexGrow: Math.max(share * 4, 1.3) }}>
      {props.hasRibbon && <Ribbon row={row} mostRows={props.mostRows} />}
      <div class="body">
        <p class="name">
          <span>{props.number}</span>
          <bdi>{row.name}</bdi>
        </p>
        {(row.in || row.out) && (
          <p class="shape">
            {row.in} → {row.out || "?"}
          </p>
        )}
        {removed > 0 && (
          <p class="lost-rows">
            −{removed.toLocaleString("en")} rows ({percent(removed / row.rows_in!)})
          </p>
        )}
        <div class="figures">
          <b>{row.energy ? thin(row.energy.text) : "energy unknown"}</b>
          {row.share !== null && <span class="quiet"> {percent(row.share)}</span>}
          <br />
          {row.emissions && <span>{thin(row.emissions.text)}</span>}
          <br />
          <span class="quiet">{row.duration_text}</span>
        </div>
        <div class="share" aria-hidden="true">
          <span style={{ width: `${Math.max(1, share * 100)}%`, background: "var(--accent)" }} />
        </div>
      </div>
    </div>
  );
}

const percent = formatPercent;

/** A band through the card, as thick as the rows that pass; removed rows fall off below. */
function Ribbon({ row, mostRows }: { row: ReportStage; mostRows: number }) {
  const thickness = (rows: number | null): number => (rows === null ? 0 : Math.max(3, (rows / mostRows) * 56));
  const [left, right] = [thickness(row.rows_in ?? row.rows_out), thickness(row.rows_out ?? row.rows_in)];
  const isRemoval = row.columns_in === row.columns_out && right < left;
  // Training makes weights of rows: other data, so the band ends in a point of its own.
  const isOther = row.rows_in !== null && row.rows_out !== null && row.columns_in !== row.columns_out && row.rows_in !== row.rows_out;
  const top = 8;
  const d = isOther
    ? `M0,${top} C60,${top} 60,36 84,36 C60,36 60,${top + left} 0,${top + left} Z`
    : `M0,${top} H100 V${top + right} C60,${top + right} 60,${top + left} 0,${top + left} Z`;
  const shapes = left > 0 && (
    <>
      {isRemoval && left - right >= 1 && <path d={fall(top + right, top + left)} style={{ fill: "var(--band-lost)" }} />}
      <path d={d} style={{ fill: "var(--band)" }} />
      {isOther && <rect x="84" y="29" width="10" height="14" style={{ fill: "var(--accent)" }} />}
    </>
  );
  // Beside each other the band passes to the right; below each other, on a phone, downwards.
  return (
    <>
      <svg class="ribbon across" viewBox="0 0 100 72" preserveAspectRatio="none" aria-hidden="true">
        {shapes}
      </svg>
      <svg class="ribbon down" viewBox="0 0 72 100" preserveAspectRatio="none" aria-hidden="true">
        <g transform="matrix(0 1 1 0 0 0)">{shapes}</g>
      </svg>
    </>
  );
}

/** The rows that are removed: a band as thick as they are, which turns down and leaves the card. */
function fall(from: number, to: number): string {
  const wide = Math.max(3, (to - from) * 0.8);
  return `M0,${from} C44,${from} ${50 + wide},${from} ${50 + wide},72 H50 C50,${to} 30,${to} 0,${to} Z`;
}

const MeterIcon = () => (
  <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden="true">
    <circle cx="20" cy="20" r="17" fill="none" stroke="currentColor" stroke-width="1.5" />
    <path d="M9 26a12.5 12.5 0 1 1 22 0M20 22l6-8" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
    <circle cx="20" cy="22" r="2" fill="currentColor" />
  </svg>
);

const GridIcon = () => (
  <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden="true">
    <path d="M20 4 10 36M20 4l10 32M15 20h10M12.6 28h14.8M8 12h24M8 12v4M32 12v4M15 20l12.4 8M25 20l-12.4 8" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
  </svg>
);

const stageTable = (stages: ReportStages): Table => ({
  head: ["Stage", "Data in", "Data out", "Time", "Energy", "Emissions", "Share", "Quality"],
  rows: stages.rows.map((row) => [
    row.name,
    row.in,
    row.out,
    row.duration_text,
    row.energy ? inWords(row.energy) : "unknown",
    row.emissions ? inWords(row.emissions) : "unknown",
    row.share === null ? "beside the run" : percent(row.share),
    row.energy?.quality ?? "",
  ]),
  numbers: [3, 4, 5, 6],
});
