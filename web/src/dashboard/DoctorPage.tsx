import { DataTable } from "../shared/section";
import { JsonLink, PageHead, ProblemBox, QualityMark, Skeleton } from "./parts";
import { useDocument } from "./request";
import { count, oneLine } from "./text";

// The document is written field by field, without a C# type: docs/formats has no schema of it.
interface Doctor {
  root: string;
  home: string;
  machine: { kind: string; cpu: string; microarchitecture: string | null; threads: number; memory_bytes: number; virtual: boolean };
  place: { zone: string | null; region: string | null; how: string; detail: string | null };
  components: { component: string; device: string | null; quality: string; why: string }[];
  meters: { id: string; component: string; device: string | null; role: string; note: string | null; problem: string | null }[];
  missing: { id: string; path: string | null; reason: string; advisory: string | null; remedies: { summary: string; command: string | null; lasts_across_boots: boolean }[] }[];
}

/** What the server's machine can measure, what is missing, and what would enable it. */
export function DoctorPage() {
  const doctor = useDocument<Doctor>("/api/v1/doctor");
  const { data } = doctor;
  const measured = data?.components.filter((part) => part.quality === "measured").length ?? 0;
  const hasProblem = data?.meters.some((meter) => meter.problem) ?? false;
  return (
    <>
      <PageHead title="Meters" heading={data ? (measured === data.components.length ? "Every component is measured here" : measured === 0 ? "No component is measured here: its power is modelled" : `${measured} of ${data.components.length} components are measured here`) : "Meters of this machine"}>
        <p class="boundary-line">
          {data ? (
            <>
              {oneLine(data.machine.cpu)}
              {data.machine.microarchitecture && `, ${oneLine(data.machine.microarchitecture)}`}, {count(data.machine.threads, "thread")}, {(data.machine.memory_bytes / 2 ** 30).toFixed(0)} GiB
              {data.machine.virtual && ", virtual machine"}; ledger <code>{oneLine(data.home)}</code>. <JsonLink address="/api/v1/doctor" of="the meters" />
            </>
          ) : (
            "\u00a0"
          )}
        </p>
      </PageHead>
      {doctor.problem && <ProblemBox problem={doctor.problem} onRetry={doctor.retry} />}
      {doctor.isLoading && (
        <section>
          <Skeleton height={420} label="The meters" />
        </section>
      )}
      {data && (
        <>
          <section id="components" aria-labelledby="components-title">
            <h2 id="components-title">How each component is known</h2>
            <div class="scroll" tabIndex={0} role="region" aria-label="Components, table">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Component</th>
                    <th scope="col">Quality</th>
                    <th scope="col">Why</th>
                  </tr>
                </thead>
                <tbody>
                  {data.components.map((part) => (
                    <tr key={`${part.component} ${part.device}`}>
                      <td>
                        <b>{part.component}</b> {part.device && oneLine(part.device)}
                      </td>
                      <td>
                        <QualityMark quality={part.quality} />
                      </td>
                      <td class="text">{oneLine(part.why)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <p class="fact-note">
              Place: {data.place.zone ?? data.place.region ?? "unknown"}
              {data.place.detail && ` (${oneLine(data.place.detail)})`}. A run takes another one with <code>--zone</code>.
            </p>
          </section>
          {data.missing.length > 0 && (
            <section id="missing" aria-labelledby="missing-title">
              <h2 id="missing-title">What is missing, and what would enable it</h2>
              <div class="warnings" style={{ marginTop: "12px" }}>
                {data.missing.map((one) => (
                  <div class="warning" key={`${one.id} ${one.path}`}>
                    <p>
                      <b>{oneLine(one.id)}</b> {oneLine(one.reason)}
                    </p>
                    {one.advisory && <p>{oneLine(one.advisory)}</p>}
                    {one.remedies.map((remedy) => (
                      <p key={remedy.summary}>
                        {oneLine(remedy.summary)}
                        {remedy.command && (
                          <>
                            {" "}
                            <code>{oneLine(remedy.command)}</code>
                          </>
                        )}
                        {!remedy.lasts_across_boots && " (until the next boot)"}
                      </p>
                    ))}
                  </div>
                ))}
              </div>
            </section>
          )}
          <section id="meters" aria-labelledby="meters-title">
            <h2 id="meters-title">{count(data.meters.length, "meter")}</h2>
            <DataTable
              name="Meters"
              table={{
                head: ["Meter", "Component", "Role", "Note", ...(hasProblem ? ["Problem"] : [])],
                rows: data.meters.map((meter) => [oneLine(meter.id), meter.component, meter.role, oneLine(meter.note ?? ""), ...(hasProblem ? [oneLine(meter.problem ?? "")] : [])]),
                texts: [3, 4],
              }}
            />
          </section>
        </>
      )}
    </>
  );
}
