import { useEffect } from "preact/hooks";
import type { ServiceDocument, ServiceListDocument } from "../documents";
import { ServicePage as Report } from "../service/ServicePage";
import { ifKnown, inGrams, inKilograms, inWattHours, number, type ServiceFigure } from "../service/figures";
import { formatPercent } from "../shared/format";
import { IsPart } from "../shared/frame";
import { describeBoundary, Empty, JsonLink, PageHead, ProblemBox, Skeleton } from "./parts";
import { useDocument } from "./request";
import { oneLine } from "./text";

const listAddress = "/api/v1/services";

/** The services of the ledger. */
export function ServicesPage() {
  const list = useDocument<ServiceListDocument>(listAddress, { every: 5000 });
  const services = list.data?.services;
  const now = services?.filter((service) => service.is_recorded).length ?? 0;
  const heading = !services ? "Services" : services.length === 0 ? "No services yet" : `${number(services.length)} service${services.length === 1 ? "" : "s"}, ${now === 0 ? "none" : number(now)} recorded now`;
  const boundaries = [...new Set(services?.flatMap((service) => (service.boundary ? [describeBoundary(service.boundary)] : [])))];
  return (
    <>
      <PageHead title="Services" heading={heading}>
        {services && services.length > 0 && (
          <p class="boundary-line">
            Deployed models: {boundaries.join("; ") || "no figures yet"}; idle power included. <JsonLink address={listAddress} of="the services" />
          </p>
        )}
      </PageHead>
      {list.problem && <ProblemBox problem={list.problem} onRetry={list.retry} />}
      {list.isLoading && <Skeleton height={160} label="The services" />}
      {services?.length === 0 && (
        <Empty title="Record a deployed model">
          <p>Put the command of the server behind tonne service run; its energy is divided among requests and tokens as long as it runs:</p>
          <pre>tonne service run --name chat --metrics http://localhost:8000/metrics -- vllm serve MODEL</pre>
          <p>A server that runs already:</p>
          <pre>tonne service observe --name chat --pid PID --metrics http://localhost:8000/metrics</pre>
        </Empty>
      )}
      {services && services.length > 0 && (
        <div class="listing">
          <div class="scroll" tabIndex={0} role="region" aria-label="Services, table">
            <table class="service-list">
              <thead>
                <tr>
                  <th scope="col">Service</th>
                  <th scope="col" class="n medium">
                    Requests today
                  </th>
                  <th scope="col" class="n">
                    Energy per request
                  </th>
                  <th scope="col" class="n medium">
                    Emissions per request
                  </th>
                  <th scope="col" class="n medium">
                    Idle share
                  </th>
                  <th scope="col" class="n">
                    Emissions a day
                  </th>
                </tr>
              </thead>
              <tbody>
                {services.map((service) => {
                  const amounts = service.week.wh_per_request ? service.week : service.all;
                  return (
                    <tr key={service.name}>
                      <td class="name">
                        <a href={`/services/${encodeURIComponent(service.name)}`}>{service.name}</a>{" "}
                        {service.is_recorded ? <span class="status running">recorded now</span> : <span class="status">not recorded now</span>}
                        <small>
                          {service.since ? `since ${service.since}, ${service.quality}` : "no hour is computed yet"}
                          {service.alerts.length > 0 && `, ${number(service.alerts.length)} alert${service.alerts.length === 1 ? "" : "s"}`}
                        </small>
                      </td>
                      <td class="n medium">{number(service.today.requests)}</td>
                      <Cell figure={ifKnown(amounts.wh_per_request, inWattHours)} />
                      <Cell figure={ifKnown(amounts.g_per_request, inGrams)} kind="medium" />
                      <td class="n medium">{amounts.idle_share === null ? "–" : formatPercent(amounts.idle_share)}</td>
                      <Cell figure={ifKnown(service.kg_per_day, inKilograms)} />
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          <p class="fact-note">Energy, emissions and idle share of a request are those of the last seven days; where these have no request, of all time. Emissions a day are the mean of the recorded time.</p>
        </div>
      )}
    </>
  );
}

function Cell({ figure, kind = "" }: { figure: ServiceFigure | null; kind?: string }) {
  return (
    <td class={`n ${kind}`.trim()} title={figure ? `${figure.value} ${figure.unit} (${figure.low} to ${figure.high})` : undefined}>
      {figure?.text ?? "–"} {figure && <small class="quiet interval-below">{figure.interval}</small>}
    </td>
  );
}

/** One service: its page, with the addresses of its documents. While it is recorded, its figures follow. */
export function ServicePage({ name }: { name: string }) {
  const address = `/api/v1/services/${encodeURIComponent(name)}`;
  const service = useDocument<ServiceDocument>(address, { every: 5000 });
  useEffect(() => {
    document.title = `Service ${oneLine(name)} · tonne`;
  }, [name]);
  if (service.problem && !service.data) {
    return (
      <>
        <PageHead title={`Service ${name}`} heading="This service cannot be shown" />
        <ProblemBox problem={service.problem} onRetry={service.retry} />
      </>
    );
  }
  if (!service.data) {
    return (
      <div class="run-page">
        <h1 id="top" tabIndex={-1} class="visually-hidden">
          Service {oneLine(name)}
        </h1>
        <Skeleton height={84} label="The service" />
        <div style={{ height: "16px" }} />
        <Skeleton height={480} label="The service" />
      </div>
    );
  }
  return (
    <div class="run-page">
      <span id="top" tabIndex={-1} />
      {service.problem && <ProblemBox problem={service.problem} onRetry={service.retry} />}
      <IsPart.Provider value={true}>
        <Report
          service={service.data}
          above={
            <p class="row documents">
              <a href="/services">All services</a>
              <span class="quiet">JSON:</span>
              <a href={address}>service</a>
            </p>
          }
        />
      </IsPart.Provider>
    </div>
  );
}
