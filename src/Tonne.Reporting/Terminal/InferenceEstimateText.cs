using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes an estimate of inference as text: headline, figures by boundary, causes, ranking, assumptions.</summary>
public static class InferenceEstimateText
{
    /// <summary>Writes estimates, the best first; the first in full.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="ranked">The estimates, ranked.</param>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, IReadOnlyList<InferenceEstimate> ranked, double? requests, double? requestsPerDay, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var best = ranked[0];
        var point = best.Configuration;
        var perToken = DisplayValue.Format(best.GpuEnergyPerToken.Bounds, "J/token");
        sheet.WriteBlankLine();
        EstimateHeadline.Write(
            sheet, DisplayValue.Format(best.Emissions.Bounds * 1e-3, "kg CO2e"), DisplayValue.Format(best.FacilityEnergy.Bounds * 1e-3, "kWh"),
            best.FacilityEnergy.Quality, "a request", $"{perToken.Text} (GPU)");
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong(Text($"{DescribeModel(best)} at {best.Format.Name} on {point.Gpus:0} {screen.Times} {best.Accelerator.Name}")));
        sheet.WriteLine(StyledText.Faint(Text($"{(point.Batch < 1.05 ? "one request at a time" : $"{point.Batch.ToString("0.#", CultureInfo.InvariantCulture)} requests served together")} {screen.Dot} prompt {point.PromptTokens:0} {screen.Dot} answer {point.OutputTokens:0} tokens{(best.Replicas > 1 ? $" {screen.Dot} {best.Replicas} replicas" : "")}")));
        sheet.WriteBlankLine();
        sheet.WriteStep("a token", best.GpuEnergyPerToken.Bounds, "J/token", "GPU energy per output token, prompt included");
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("A request, by boundary"));
        sheet.WriteStep("gpu", best.GpuEnergy.Bounds * 1e-3, "kWh", "GPU energy while serving");
        sheet.WriteStep("it", best.ItEnergy.Bounds * 1e-3, "kWh", best.IdleEnergy is { } waiting
            ? Text($"IT energy, {DisplayValue.FormatPercent(waiting.Value / best.ItEnergy.Value)} of it while waiting for requests")
            : "IT energy: with processors, memory, fans, power supplies");
        sheet.WriteStep("facility", best.FacilityEnergy.Bounds * 1e-3, "kWh", "facility energy (PUE included)");
        sheet.WriteStep("emissions", best.Emissions.Bounds * 1e-3, "kg CO2e", Text($"{DisplayValue.FormatPercent(best.Embodied.Value / best.Emissions.Value)} of it embodied; {RequestTextExtensions.FormatCarbonMethod(best.Emissions.Boundary)}"));
        sheet.WriteCampaigns(best.FacilityEnergy, best.Emissions, requests, requestsPerDay);
        WriteParts(sheet, best);
        if (ranked.Count > 1)
            WriteRanking(sheet, ranked);
        sheet.WriteBlankLine();
        sheet.WriteAssumptions(best.Assumptions);
        sheet.WriteRow("bounds", Text($"95 %, for a model that was not measured; fitted on {ServingFit.Shipped.Rows} measurements of {ServingFit.Shipped.Families} models, each left out in turn (docs/methods/estimating-inference.md)."));
    }

    /// <summary>The parts of the energy per token, the largest first.</summary>
    static void WriteParts(StyledTextWriter sheet, InferenceEstimate estimate)
    {
        var sum = Roofline(estimate.Roofline);
        if (sum is null)
            return;
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("GPU energy by cause"));
        foreach (var term in sum.Terms.OrderByDescending(term => term.Value).Where(term => term.Value >= 0.01 * sum.Value))
        {
            var share = term.Value / sum.Value;
            var bar = new string(sheet.Capabilities.Unicode ? '█' : '#', Math.Max(1, (int)Math.Round(share * 24))).PadRight(24);
            sheet.WriteHanging($"  {DisplayValue.FormatPercent(share),5} ", new string(' ', 8), new StyledText(StyledTextWriter.ToUnbreakable(bar), TextStyle.Bar), " ", TextSanitizer.ToOneLine(term.Label));
        }
    }

    internal static Derivation.Sum? Roofline(Derivation node) => node as Derivation.Sum ?? node.Children.Select(Roofline).FirstOrDefault(found => found is not null);

    static void WriteRanking(StyledTextWriter sheet, IReadOnlyList<InferenceEstimate> ranked)
    {
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("Ranked by facility energy of a request"));
        var names = ranked.Select(one => Text($"{one.Configuration.Gpus:0} {sheet.Capabilities.Times} {one.Accelerator.Name}")).ToList();
        var nameColumns = names.Max(TextSanitizer.CountColumns);
        var largestWattHours = ranked.Max(one => one.FacilityEnergy.Value);
        foreach (var (index, one) in ranked.Index())
        {
            var energy = DisplayValue.Format(one.FacilityEnergy.Bounds * 1e-3, "kWh", ranked[0].FacilityEnergy.Value * 1e-3);
            var bar = new string(sheet.Capabilities.Unicode ? '█' : '#', Math.Max(1, (int)Math.Round(one.FacilityEnergy.Value / largestWattHours * 12))).PadRight(12);
            sheet.WriteHanging($"  {index + 1,2} {TextSanitizer.FitToColumns(names[index], nameColumns, sheet.Capabilities.Unicode)} ", new string(' ', nameColumns + 6), new StyledText(StyledTextWriter.ToUnbreakable(bar), TextStyle.Bar), " ",
                StyledText.Strong(StyledTextWriter.ToUnbreakable(energy.Text)), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(energy.FormatInterval(sheet.Capabilities.Dash))), " ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(one.Emissions.Value * 1e-3, "kg CO2e", 2)));
        }

        sheet.WriteLine(StyledText.Faint("Shared factors, such as the grid, move all of these together: the order is more certain than the intervals suggest."));
    }

    /// <summary>The model and its size; one of undisclosed size is named as what it is.</summary>
    internal static string DescribeModel(InferenceEstimate estimate) => estimate.Model is not { } model ? Parameters(estimate.Configuration)
        : model.Undisclosed is null ? $"{TextSanitizer.ToOneLine(model.Name)}, {Parameters(estimate.Configuration)}"
        : $"{TextSanitizer.ToOneLine(model.Name)}, size undisclosed: taken as {Parameters(estimate.Configuration)}";

    static string Parameters(in ServingConfiguration point) => point.ActiveParameters < point.Parameters
        ? Text($"{Billions(point.Parameters)} parameters, {Billions(point.ActiveParameters)} active,")
        : Text($"{Billions(point.Parameters)} parameters");

    static string Billions(double number) => number >= 1e9 ? Text($"{number / 1e9:0.##} billion") : Text($"{number / 1e6:0.##} million");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
