import { render } from "preact";
import { Advice } from "../advice/Advice";
import { ComparePage } from "../compare/ComparePage";
import type { ComparisonPage } from "../compare/payload";
import { EstimatePage } from "../estimate/EstimatePage";
import type { EstimatePage as Estimate } from "../estimate/payload";
import { FootprintPage } from "../footprint/FootprintPage";
import type { FootprintPage as Footprint } from "../footprint/payload";
import type { ServiceDocument } from "../documents";
import type { Report } from "../payload";
import { ServicePage } from "../service/ServicePage";
import { ReportPage } from "./ReportPage";

const page = JSON.parse(document.getElementById("data")!.textContent!) as Report | ComparisonPage | Footprint | Estimate | (ServiceDocument & { schema: "tonne.service-report/1" });
const root = document.getElementById("page")!;
root.replaceChildren();
render(
  page.schema === "tonne.report-comparison/1" ? (
    <ComparePage comparison={page} />
  ) : page.schema === "tonne.report-footprint/1" ? (
    <FootprintPage footprint={page} />
  ) : page.schema === "tonne.report-estimate/1" ? (
    <EstimatePage estimate={page} />
  ) : page.schema === "tonne.service-report/1" ? (
    <ServicePage service={page} />
  ) : (
    <ReportPage
      report={page}
      advice={page.advice ? (citation) => <Advice advice={page.advice!} times={`Other hours are not here, as they depend on when this is read: tonne advise ${page.run.id} has them.`} citation={citation} /> : undefined}
    />
  ),
  root,
);
