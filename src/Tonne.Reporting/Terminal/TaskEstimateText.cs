using Tonne.Estimation.Tasks;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>An estimate of a measured task as text.</summary>
public static class TaskEstimateText
{
    /// <summary>Writes an estimate.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="requests">Answers of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Answers a day; null if not given.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, TaskEstimate estimate, double? requests, double? requestsPerDay, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var task = estimate.Task;
        sheet.WriteBlankLine();
        var measured = DisplayValue.Format(estimate.Measured.Bounds * 1e-3, "kWh");
        EstimateHeadline.Write(
            sheet, DisplayValue.Format(estimate.Emissions.Bounds * 1e-3, "kg CO2e"), DisplayValue.Format(estimate.FacilityEnergy.Bounds * 1e-3, "kWh"),
            estimate.FacilityEnergy.Quality, $"{Article(task.Unit)} {task.Unit}", $"{measured.Text} measured");
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong($"{task.Unit}: {task.Task}{(task.Model.Length == 0 ? "" : $" with {task.Model}")}"));
        sheet.WriteLine(StyledText.Faint($"{(task.Model.Length == 0 ? "the mean of a study's models" : "a published measurement")} on {task.Accelerator.Name}"));
        sheet.WriteBlankLine();
        sheet.WriteStep("measured", estimate.Measured.Bounds * 1e-3, "kWh", task.GpuOnly ? "GPU energy" : "energy of GPU, processor and memory");
        sheet.WriteStep("it", estimate.ItEnergy.Bounds * 1e-3, "kWh", "IT energy: with fans, board, power supplies" + (task.GpuOnly ? ", processors, memory" : ""));
        sheet.WriteStep("facility", estimate.FacilityEnergy.Bounds * 1e-3, "kWh", "facility energy (PUE included)");
        sheet.WriteStep("emissions", estimate.Emissions.Bounds * 1e-3, "kg CO2e", $"{DisplayValue.FormatPercent(estimate.Embodied.Value / estimate.Emissions.Value)} of it embodied; {RequestTextExtensions.FormatCarbonMethod(estimate.Emissions.Boundary)}");
        sheet.WriteCampaigns(estimate.FacilityEnergy, estimate.Emissions, requests, requestsPerDay);
        sheet.WriteBlankLine();
        sheet.WriteAssumptions(estimate.Assumptions);
        sheet.WriteRow("source", task.Energy.Source.Title + ".");
    }

    static string Article(string noun) => "aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an" : "a";
}
