import type { ServiceListDocument } from "../documents";
import { ifKnown, inKilograms, inWattHours, number } from "../service/figures";
import { useDocument } from "./request";

/** Services that are recorded now, each with its figures so far; they lead to their pages. */
export function ServicesNow() {
  const list = useDocument<ServiceListDocument>("/api/v1/services", { every: 5000 });
  const now = list.data?.services.filter((service) => service.is_recorded) ?? [];
  if (now.length === 0) return null;
  return (
    <section id="services-now" aria-label="Services recorded now" class="first">
      <ul class="service-tiles">
        {now.map((service) => {
          const request = ifKnown(service.week.wh_per_request ?? service.all.wh_per_request, inWattHours);
          const day = ifKnown(service.kg_per_day, inKilograms);
          return (
            <li key={service.name}>
              <a href={`/services/${encodeURIComponent(service.name)}`}>
                <span class="dot" aria-hidden="true" />
                <b>{service.name}</b> <span class="quiet">service, recorded now</span>
                <span class="tile-figures">
                  <span>
                    <b>{number(service.today.requests)}</b> request{service.today.requests === 1 ? "" : "s"} today
                  </span>
                  <span>
                    <b>{request?.text ?? "–"}</b> per request <span class="quiet">{request?.interval}</span>
                  </span>
                  <span>
                    <b>{day?.text ?? "–"}</b> a day <span class="quiet">{day ? day.interval : "known after an hour"}</span>
                  </span>
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
