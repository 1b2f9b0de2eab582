import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { WatchDocument } from "../documents";
import type { Report } from "../payload";
import { axisWatts, pattern } from "../power/Power";
import { formatTime, formatValue, thin } from "../shared/format";
import { TableTwin } from "../shared/section";
import { addEarlier, addSample, emptyHistory, span, summarise, type PowerHistory } from "./history";
import { Figure, PageHead, ProblemBox } from "./parts";
import { ask } from "./request";
import { useStream, type Stream } from "./stream";
import { duration, oneLine } from "./text";

const height = 260;

/** A run while it is recorded: its power now, the last ten minutes, stage and epoch. */
export function LivePage({ run }: { run: string }) {
  const history = useRef<PowerHistory>(emptyHistory());
  const [version, setVersion] = useState(0);
  const stream = useStream(run, (sample) => {
    if (sample.status === "running" && addSample(history.current, sample)) setVersion((old) => old + 1);
  });
  const earlier = useRef(false);
  const [startedAt, setStartedAt] = useState<number | null>(null);
  const hasSample = stream.newest !== null;
  useEffect(() => {
    if (!hasSample || earlier.current || stream.connection === "ended") return;
    earlier.current = true;
    ask<Report>(`/api/v1/runs/${encodeURIComponent(run)}/report`)
      .then((report) => {
        setStartedAt(Date.parse(report.run.started_at));
        addEarlier(history.current, report);
        setVersion((old) => old + 1);
      })
      // Without it the chart begins now.
      .catch(() => undefined);
  }, [hasSample]);
  const { newest } = stream;
  const name = newest ? oneLine(newest.name) : run;
  const isOver = stream.connection === "ended";
  return (
    <>
      <PageHead title={isOver ? name : `live: ${name}`} heading={name}>
        <LiveLine stream={stream} startedAt={startedAt} />
      </PageHead>
      {stream.problem && <ProblemBox problem={stream.problem} />}
      {isOver && newest && (
        <p class="callout" role="status">
          This run has ended: {newest.status}. <a href={`/runs/${newest.id ?? encodeURIComponent(run)}`}>Open its report</a>
        </p>
      )}
      <Now sample={newest} isOver={isOver} />
      <section id="power" aria-labelledby="power-finding">
        <div class="section-head">
          <div>
            <span class="kicker">Power over the last ten minutes</span>
            <h2 id="power-finding">{finding(history.current)}</h2>
          </div>
          <a class="json" href={`/api/v1/runs/${encodeURIComponent(newest?.id ?? run)}/live`}>
            Stream
          </a>
        </div>
        <LiveChart history={history.current} version={version} />
        <LiveTable history={history.current} />
      </section>
      {newest && newest.jobs.length > 0 && (
        <section id="jobs">
          <h2>Also recorded here now</h2>
          <ul>
            {newest.jobs.map((job) => (
              <li key={job.id}>
                <a href={`/runs/${job.id}/live`}>{oneLine(job.name)}</a>, {formatValue(job.power_w, "W", 3)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Whether samples come, and how old the last one is. */
function LiveLine({ stream, startedAt }: { stream: Stream; startedAt: number | null }) {
  const age = useAge(stream, startedAt);
  const text =
    stream.connection === "ended"
      ? "ended"
      : stream.connection === "lost"
        ? `connection lost, trying again${stream.attempts > 1 ? ` (attempt ${stream.attempts})` : ""}`
        : stream.newest
          ? `last sample ${age < 10 ? age.toFixed(1) : Math.round(age)} s ago`
          : "waiting for the first sample";
  const kind = stream.connection === "lost" ? "lost" : stream.connection === "ended" || !stream.newest || age > 5 ? "waiting" : "";
  return (
    <div class="live-line">
      <span data-live={stream.connection}>
        <span class={`dot ${kind}`} aria-hidden="true" />
        {text}
      </span>
      {/* Said once for each change, not for each sample. */}
      <span class="visually-hidden" role="status">
        {stream.connection === "lost" ? "connection lost, trying again" : stream.connection === "open" ? "connected" : ""}
      </span>
      {stream.newest?.stage && (
        <span>
          stage <b>{oneLine(stream.newest.stage)}</b>
        </span>
      )}
      {stream.newest?.epoch != null && (
        <span>
          epoch <b>{stream.newest.epoch}</b>
          {stream.newest.epochs != null && ` of ${stream.newest.epochs}`}
          {Object.entries(stream.newest.metrics)
            .filter(([, value]) => value !== null)
            .slice(0, 4)
            .map(([metric, value]) => (
              <>
                , {oneLine(metric)} {Number(value!.toPrecision(4))}
              </>
            ))}
        </span>
      )}
      {stream.newest?.left_s != null && <span>about {duration(stream.newest.left_s)} left</span>}
    </div>
  );
}

/** Seconds since the newest sample was taken: what it was when it was sent, and the time since it arrived. */
function useAge(stream: Stream, startedAt: number | null): number {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (stream.connection === "ended") return;
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, [stream.connection]);
  const { newest } = stream;
  // How old it was when it was sent, by the clock of the server's machine.
  const before = newest && startedAt !== null ? Math.max(0, Date.parse(newest.at) - startedAt - newest.duration_s * 1000) : 0;
  return Math.max(0, now - stream.receivedAt + before) / 1000;
}

/** One number for each second: samples that come more often are left out, slower ones are shown at once. */
function useEachSecond(sample: WatchDocument | null): WatchDocument | null {
  const [shown, setShown] = useState<WatchDocument | null>(sample);
  const last = useRef(0);
  const before = useRef<number | null>(null);
  const timer = useRef(0);
  useEffect(() => {
    const period = sample && before.current !== null ? sample.duration_s - before.current : 0;
    before.current = sample?.duration_s ?? null;
    const wait = period >= 0.9 ? 0 : last.current + 950 - performance.now();
    const show = (): void => {
      last.current = performance.now();
      setShown(sample);
    };
    clearTimeout(timer.current);
    if (wait <= 0 || sample?.status !== "running") show();
    else timer.current = window.setTimeout(show, wait);
    return () => clearTimeout(timer.current);
  }, [sample]);
  return shown;
}

function Now({ sample, isOver }: { sample: WatchDocument | null; isOver: boolean }) {
  const shown = useEachSecond(sample);
  return (
    <div class="live-now">
      <div>
        <span class="kicker">{isOver ? "Emissions" : "Power of this job at the plug"}</span>
        <span class="number" data-duration={shown?.duration_s}>
          {!shown ? "\u2013" : isOver ? <Figure quantity={shown.emissions_kg} unit="kg CO2e" /> : thin(formatValue(shown.power_w.job, "W", 3))}
        </span>
      </div>
      <dl>
        <div>
          <dt>Facility energy {isOver ? "" : "so far"}</dt>
          <dd>{shown ? <Figure quantity={shown.facility_energy_kwh} unit="kWh" /> : "\u2013"}</dd>
        </div>
        {!isOver && (
          <div>
            <dt>Emissions so far</dt>
            <dd>{shown ? <Figure quantity={shown.emissions_kg} unit="kg CO2e" /> : "\u2013"}</dd>
          </div>
        )}
        {!isOver && (
          <div>
            <dt>At this power</dt>
            <dd>{shown ? thin(`${formatValue(shown.emissions_g_per_hour / 1000, "kg CO2e", 3)}/h`) : "\u2013"}</dd>
          </div>
        )}
        <div>
          <dt>Time</dt>
          <dd>{shown ? duration(Math.round(shown.duration_s)).replace(/\.0 s$/, " s") : "\u2013"}</dd>
        </div>
      </dl>
    </div>
  );
}

function finding(history: PowerHistory): string {
  const totals = history.times.map((_, i) => history.watts.reduce((sum, values) => sum + values[i]!, 0)).slice(1);
  if (totals.length === 0) return "The power is known from the second sample on";
  return thin(`Between ${formatValue(Math.min(...totals), "W", 2)} and ${formatValue(Math.max(...totals), "W", 2)}`);
}

function LiveTable({ history }: { history: PowerHistory }) {
  const rows = summarise(history, 10);
  if (rows.length === 0) return null;
  return (
    <TableTwin
      name="Power over the last ten minutes"
      table={{
        head: ["From", "To", ...history.parts.map((part) => part.component), "all"],
        rows: rows.map((row) => [formatTime(row.from, 0.1), formatTime(row.to, 0.1), ...[...row.watts, row.watts.reduce((a, b) => a + b, 0)].map((watts) => formatValue(watts, "W", 3))]),
        numbers: history.parts.map((_, i) => i + 2).concat(history.parts.length + 2),
      }}
    />
  );
}

/** The chart: stacked steps that end at the newest sample; nothing is animated. */
function LiveChart({ history, version }: { history: PowerHistory; version: number }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const made = useRef("");
  const names = history.parts.map((part) => part.component).join("\n");
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const change = (): void => setTheme((old) => old + 1);
    const themes = new MutationObserver(change);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", change);
    const observer = new ResizeObserver(() => box.current && chart.current?.setSize({ width: box.current.clientWidth, height }));
    observer.observe(box.current!);
    return () => {
      themes.disconnect();
      scheme.removeEventListener("change", change);
      observer.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    if (!box.current || history.times.length < 2) return;
    const data = stackUp(history);
    const key = `${names} ${theme}`;
    if (!chart.current || made.current !== key) {
      chart.current?.destroy();
      chart.current = create(box.current, history, data);
      made.current = key;
    } else chart.current.setData(data);
  }, [version, theme]);
  return (
    <>
      <ul class="legend">
        {history.parts.map((part) => (
          <li key={part.component}>
            <span class={`swatch fill-${part.component} q-${part.quality}`} aria-hidden="true" />
            {part.component}, {part.quality}
          </li>
        ))}
      </ul>
      <div ref={box} class="live-box" role="img" aria-label={`Power by component over the last ten minutes. ${finding(history)}.`} />
    </>
  );
}

/** Sums from the first part up, the last first: each is drawn over the one before. */
function stackUp(history: PowerHistory): uPlot.AlignedData {
  const sums = history.times.map(() => 0);
  const layers = history.watts.map((values) => values.map((watts, i) => (sums[i] = sums[i]! + watts)));
  return [history.times, ...layers.reverse()];
}

function create(box: HTMLElement, history: PowerHistory, data: uPlot.AlignedData): uPlot {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string): string => styles.getPropertyValue(`--${name}`).trim();
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const stepped = uPlot.paths.stepped!({ align: -1 });
  const page = colour("page");
  const parts = [...history.parts].reverse();
  return new uPlot(
    {
      width: box.clientWidth || 860,
      height,
      padding: [10, 32, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        // Ten minutes that end now; a younger run fills the axis from its start.
        x: { time: false, range: (_, __, max) => [Math.max(0, max - span), Math.max(max, 60)] },
        y: { range: (_, __, max) => [0, (max || 1) * 1.08] },
      },
      axes: [
        {
          stroke: colour("quiet"),
          font,
          grid: { show: false },
          ticks: { stroke: colour("line"), size: 5 },
          space: 72,
          size: 32,
          incrs: [1, 5, 10, 30, 60, 120, 300],
          values: (_, splits, __, ___, increment) => splits.map((at) => formatTime(at, increment)),
        },
        {
          stroke: colour("quiet"),
          font,
          size: 58,
          grid: { stroke: colour("line"), width: 1 },
          ticks: { show: false },
          values: (_, splits) => splits.map((watts) => axisWatts(watts, splits.at(-1) ?? 0)),
        },
      ],
      series: [
        {},
        ...parts.map((part): uPlot.Series => {
          const own = colour(part.component === "platform" ? "cpu" : part.component) || colour("other");
          return { paths: stepped, points: { show: false }, width: 0, stroke: own, fill: (plot) => pattern(plot.ctx, own, page, part.quality) };
        }),
      ],
    },
    data,
    box,
  );
}
