import { render } from "preact";
import type { Report } from "../payload";
import { ReportPage } from "./ReportPage";

const report = JSON.parse(document.getElementById("data")!.textContent!) as Report;
const root = document.getElementById("page")!;
root.replaceChildren();
render(<ReportPage report={report} />, root);
