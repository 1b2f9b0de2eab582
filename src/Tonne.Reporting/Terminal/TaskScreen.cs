using Tonne.Estimation.Tasks;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>What an answer of a measured task takes, as text.</summary>
public static class TaskScreen
{
    /// <summary>Writes an estimate.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="requests">Answers of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Answers a day; null if not given.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, TaskEstimate estimate, double? requests, double? requestsPerDay, Screen screen)
    {
        var sheet = new Sheet(writer, screen);
        var task = estimate.Task;
        sheet.Blank();
        sheet.Line(Inked.Strong($"A{(task.Per[0] == 'i' ? "n" : "")} {task.Per}: {task.Task}{(task.Model.Length == 0 ? "" : $" with {task.Model}")}"));
        sheet.Line(Inked.Faint($"{(task.Model.Length == 0 ? "the mean of a study's models" : "a published measurement")} on {task.Accelerator.Name}"));
        sheet.Blank();
        sheet.Step("measured", estimate.Measured.Bounds * 1e-3, "kWh", task.GpuOnly ? "the GPU alone" : "GPU, processor and memory");
        sheet.Step("it", estimate.ItEnergy.Bounds * 1e-3, "kWh", "with the machine: fans, board, supplies" + (task.GpuOnly ? ", processors, memory" : ""));
        sheet.Step("facility", estimate.FacilityEnergy.Bounds * 1e-3, "kWh", "with the building");
        sheet.Step("emissions", estimate.Emissions.Bounds * 1e-3, "kg CO2e", $"{Readout.Percent(estimate.Embodied.Value / estimate.Emissions.Value)} of it making the hardware; {RequestSteps.CarbonWords(estimate.Emissions.Boundary)}");
        sheet.Campaigns(estimate.FacilityEnergy, estimate.Emissions, requests, requestsPerDay);
        sheet.Blank();
        sheet.Assumed(estimate.Assumptions);
        sheet.Row("source", task.Energy.Source.Title + ".");
    }
}
