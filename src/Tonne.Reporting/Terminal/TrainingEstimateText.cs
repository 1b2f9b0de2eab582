using System.Globalization;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Terminal;

/// <summary>An estimate of a training as text: headline, figures with bounds, ranking, shares, assumptions.</summary>
public static class TrainingEstimateText
{
    const int LargestBar = 28;

    /// <summary>Writes the estimate.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="ranking">The estimates.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, TrainingRanking ranking, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var best = ranking.Best;
        var (task, footprint) = (best.Task, best.Footprint);
        var dot = StyledText.Faint($" {screen.Dot} ");
        sheet.WriteBlankLine();
        EstimateHeadline.Write(
            sheet, DisplayValue.Format(footprint.Total), DisplayValue.Format(footprint.FacilityEnergy), footprint.Energy.Quality, null,
            Hours(best.ChipHours.Bounds.Best, best.ChipHours.Bounds));
        sheet.WriteBlankLine();
        sheet.WriteRow("training", [.. DescribeTask(task)]);
        sheet.WriteRow("hardware", StyledText.Strong(TextSanitizer.ToOneLine(task.Hardware.Name)), task.Chips is { } chips ? string.Create(CultureInfo.InvariantCulture, $" {screen.Times} {chips:N0}") : "",
            best.HoursPerRun is { } clock && best.Task.Hours is null ? string.Create(CultureInfo.InvariantCulture, $", {DisplayValue.FormatDuration(clock.Best * 3600)} elapsed ({Days(clock.Low)}{screen.Dash}{Days(clock.High)} days){(task.Runs > 1 ? " each" : "")}") : "");
        if (best.ChipsPerRun is { } needed)
            sheet.WriteRow("needs", StyledText.Strong(string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(needed.Best):N0} accelerators")), string.Create(CultureInfo.InvariantCulture, $" ({Math.Ceiling(needed.Low):N0}{screen.Dash}{Math.Ceiling(needed.High):N0}) to finish in {DisplayValue.FormatDuration(task.Hours!.Value * 3600)}"));
        if (best.Utilisation is { } utilisation)
            sheet.WriteRow("utilised", string.Create(CultureInfo.InvariantCulture, $"{utilisation.Best * 100:0} % of its 16-bit peak "), StyledText.Faint(string.Create(CultureInfo.InvariantCulture, $"({utilisation.Low * 100:0}{screen.Dash}{utilisation.High * 100:0} %)")),
                $", as {string.Join(", ", best.MostSimilarTrainings.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{TextSanitizer.ToOneLine(pair.Case.Training.Name)} {pair.Case.Utilisation * 100:0} %")))}");
        sheet.WriteBlankLine();
        WriteFigures(sheet, best);
        if (ranking.Estimates.Count > 1)
            WriteRanking(sheet, ranking);
        WriteDominantFactor(sheet, best);
        sheet.WriteRow("place", TextSanitizer.ToOneLine(footprint.Factors.Grid.How), dot, TextSanitizer.ToOneLine(footprint.Factors.PueHow));
        foreach (var warning in footprint.Factors.Warnings)
            sheet.WriteRow("warning", new StyledText(WarningText.Format(warning), TextStyle.Warning));
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("Assumed"));
        foreach (var assumption in best.Assumptions)
            sheet.WriteHanging("  - ", "    ", TextSanitizer.ToOneLine(assumption.Text));
        sheet.WriteLine(StyledText.Faint("Derivation down to each factor: --explain"));
    }

    static IEnumerable<StyledText> DescribeTask(TrainingTask task)
    {
        var words = new List<string>();
        if (task.Runs > 1)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{task.Runs:N0} runs of"));
        if (task.Parameters is { } all)
            words.Add(Large(all) + " parameters" + (task.ActiveParameters is { } active && active < all ? $", {Large(active)} of them active," : ""));
        if (task.Tokens is { } tokens)
            words.Add((task.Parameters is null ? "" : "on ") + Large(tokens) + " tokens");
        if (task.OperationsPerRun is { } operations)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"= {operations:0.00E+0} FLOP"));
        words.Add("at " + task.Precision.ToString().ToLowerInvariant());
        if (task.Distilled)
            words.Add("from a larger model's outputs");
        yield return string.Join(' ', words);
    }

    static void WriteFigures(StyledTextWriter sheet, TrainingEstimate best)
    {
        var footprint = best.Footprint;
        var shown = new List<(string Label, Figure Figure)> { ("hours", best.ChipHours), ("energy", footprint.Energy), ("", footprint.FacilityEnergy), ("emissions", footprint.Operational) };
        if (footprint.Embodied is { } embodied)
            shown.Add(("", embodied));
        shown.Add(("", footprint.Total));
        if (footprint.Water is { } water)
            shown.Add(("water", water));
        foreach (var (label, figure) in shown)
        {
            var hours = ReferenceEquals(figure, best.ChipHours);
            var (text, interval) = hours ? (Hours(figure.Value, figure.Bounds), figure.Bounds.IsExact ? "" : $"({Plain(figure.Bounds.Low)}{sheet.Capabilities.Dash}{Plain(figure.Bounds.High)})") : (DisplayValue.Format(figure).Text, DisplayValue.Format(figure).FormatInterval(sheet.Capabilities.Dash));
            sheet.WriteRow(label, StyledText.Strong(StyledTextWriter.ToUnbreakable(text.PadLeft(14))), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(interval.PadRight(20))), " ", Words(figure));
        }
    }

    static string Words(Figure figure) => figure.Name switch
    {
        "chip_hours" => "accelerator time",
        "energy_kwh" => "IT energy, hosts included",
        "facility_energy_kwh" => "facility energy (PUE included)",
        "emissions_kg.operational" => "operational, " + EnumWords.Format(figure.Boundary.Basis ?? IntensityBasis.Unstated),
        "emissions_kg.embodied" => "embodied",
        "emissions_kg.total" => "total",
        _ => "on site and in generation",
    };

    static void WriteRanking(StyledTextWriter sheet, TrainingRanking ranking)
    {
        sheet.WriteBlankLine();
        var largest = ranking.Estimates.Max(estimate => estimate.Footprint.FacilityEnergy.Value);
        var wide = Math.Min(28, ranking.Estimates.Max(estimate => TextSanitizer.CountColumns(estimate.Task.Hardware.Name)));
        var room = Math.Min(LargestBar, sheet.RowColumns - wide - 40);
        var first = true;
        foreach (var estimate in ranking.Estimates)
        {
            var energy = estimate.Footprint.FacilityEnergy;
            var bar = room < 4 ? "" : new string(sheet.Capabilities.Unicode ? '█' : '#', Math.Max(1, (int)Math.Round(energy.Value / largest * room))).PadRight(room) + " ";
            var name = StyledTextWriter.ToUnbreakable(TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(estimate.Task.Hardware.Name), wide, sheet.Capabilities.Unicode));
            sheet.WriteRow(first ? "ranked" : "", first ? StyledText.Strong(name) : (StyledText)name, " ", new StyledText(StyledTextWriter.ToUnbreakable(bar), TextStyle.Bar), StyledTextWriter.ToUnbreakable(DisplayValue.Format(energy.Value, "kWh", 2, largest).PadLeft(9)), " ",
                StyledText.Faint(StyledTextWriter.ToUnbreakable(Hours(estimate.ChipHours.Value, estimate.ChipHours.Bounds).PadLeft(13))), " ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(estimate.Footprint.Total).Text.PadLeft(13)));
            first = false;
        }

        var ratio = ranking.Ratio!.Value;
        sheet.WriteRow("choice", StyledText.Strong(TextSanitizer.ToOneLine(ranking.Best.Task.Hardware.Name)), string.Create(CultureInfo.InvariantCulture,
            $" uses the least energy; the next uses {ratio.Best:0.0#} times as much ({ratio.Low:0.0#}{sheet.Capabilities.Dash}{ratio.High:0.0#})"), ranking.IsClear ? "." : ". The intervals overlap, so the order is uncertain.");
        sheet.WriteBlankLine();
    }

    static void WriteDominantFactor(StyledTextWriter sheet, TrainingEstimate best)
    {
        var footprint = best.Footprint;
        if (footprint.Embodied is { } embodied && footprint.Total.Value > 0)
            sheet.WriteRow("share", $"operational {DisplayValue.FormatPercent(footprint.Operational.Value / footprint.Total.Value)} of the emissions, embodied {DisplayValue.FormatPercent(embodied.Value / footprint.Total.Value)}");
        var weights = FactorContribution.ComputeAll(footprint.Total.Derivation).Where(weight => weight.Share >= 0.05).Take(3).ToList();
        if (weights.Count > 0)
            sheet.WriteRow("spread", string.Join(", ", weights.Select(weight => $"{TextSanitizer.ToOneLine(weight.Factor.Label)} {DisplayValue.FormatPercent(weight.Share)}")), " of the variance");
    }

    static string Hours(double value, Bounds bounds) => $"{(bounds.IsExact && value >= 100 ? value.ToString("N0", CultureInfo.InvariantCulture) : Plain(value))} chip-h";

    static string Plain(double value) => value switch
    {
        >= 9.995e5 => Digits(value / 1e6) + "M",
        >= 999.5 => Digits(value / 1e3) + "k",
        _ => Digits(value),
    };

    /// <summary>Three digits.</summary>
    static string Digits(double value) => value is > 0 and < 0.0995 ? value.ToString(value < 1e-4 ? "0.##e0" : "0.#####", CultureInfo.InvariantCulture) : value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture);

    static string Days(double hours) => hours / 24 is var days && days < 10 ? days.ToString("0.#", CultureInfo.InvariantCulture) : days.ToString("N0", CultureInfo.InvariantCulture);

    static string Large(double value) => value switch
    {
        >= 9.995e11 => (value / 1e12).ToString("0.##", CultureInfo.InvariantCulture) + "T",
        >= 9.995e8 => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + "B",
        >= 9.995e5 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };
}
