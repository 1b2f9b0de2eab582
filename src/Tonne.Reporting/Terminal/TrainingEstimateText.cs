using System.Globalization;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Writes the estimate of a training to the terminal: headline, figures with bounds, ranking of hardware, shares, assumptions.
/// </summary>
public static class TrainingEstimateText
{
    const int MaxBarColumns = 28;
    const int MaxNameColumns = 28;

    /// <summary>Writes the estimate.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="ranking">The estimates of the same training on one or more kinds of hardware.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, TrainingRanking ranking, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var best = ranking.Best;
        var (task, footprint) = (best.Task, best.Footprint);
        var dot = StyledText.Faint($" {screen.Dot} ");
        sheet.WriteBlankLine();
        EstimateHeadline.Write(
            sheet, DisplayValue.Format(footprint.Total), DisplayValue.Format(footprint.FacilityEnergy), footprint.Energy.Quality, null,
            FormatChipHours(best.ChipHours.Bounds.Best, best.ChipHours.Bounds));
        sheet.WriteBlankLine();
        sheet.WriteRow("training", [.. DescribeTask(task)]);
        WriteHardware(sheet, best);
        WriteUtilisation(sheet, best);
        sheet.WriteBlankLine();
        WriteFigures(sheet, best);
        if (ranking.Estimates.Count > 1)
            WriteRanking(sheet, ranking);
        WriteShares(sheet, best);
        sheet.WriteRow("place", TextSanitizer.ToOneLine(footprint.Factors.Grid.How), dot, TextSanitizer.ToOneLine(footprint.Factors.PueHow));
        foreach (var warning in footprint.Factors.Warnings)
            sheet.WriteRow("warning", new StyledText(WarningText.Format(warning), TextStyle.Warning));
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("Assumed"));
        foreach (var assumption in best.Assumptions)
            sheet.WriteHanging("  - ", "    ", TextSanitizer.ToOneLine(assumption.Text));
        sheet.WriteLine(StyledText.Faint("Derivation down to each factor: --explain"));
    }

    static void WriteHardware(StyledTextWriter sheet, TrainingEstimate best)
    {
        var (task, screen) = (best.Task, sheet.Capabilities);
        var chipCount = task.Chips is { } chips ? string.Create(CultureInfo.InvariantCulture, $" {screen.Times} {chips:N0}") : "";
        var elapsed = "";
        if (best.HoursPerRun is { } hours && task.Hours is null)
        {
            elapsed = string.Create(CultureInfo.InvariantCulture, $", {DisplayValue.FormatDuration(hours.Best * 3600)} elapsed "
                + $"({FormatDays(hours.Low)}{screen.Dash}{FormatDays(hours.High)} days){(task.Runs > 1 ? " each" : "")}");
        }

        sheet.WriteRow("hardware", StyledText.Strong(TextSanitizer.ToOneLine(task.Hardware.Name)), chipCount, elapsed);
        if (best.ChipsPerRun is { } needed)
        {
            sheet.WriteRow("needs",
                StyledText.Strong(string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(needed.Best):N0} accelerators")),
                string.Create(CultureInfo.InvariantCulture,
                    $" ({Math.Ceiling(needed.Low):N0}{screen.Dash}{Math.Ceiling(needed.High):N0}) "
                    + $"to finish in {DisplayValue.FormatDuration(task.Hours!.Value * 3600)}"));
        }
    }

    static void WriteUtilisation(StyledTextWriter sheet, TrainingEstimate best)
    {
        if (best.Utilisation is not { } utilisation)
            return;
        var similar = best.Task.Sibling is { } sibling
            ? $", as {TextSanitizer.ToOneLine(sibling.Name)} and its siblings"
            : $"; similar trainings: {string.Join(", ", best.MostSimilarTrainings.Select(pair => DescribeUtilisation(pair.Case)))}";
        sheet.WriteRow("utilised",
            string.Create(CultureInfo.InvariantCulture, $"{utilisation.Best * 100:0} % of its 16-bit peak "),
            StyledText.Faint(string.Create(CultureInfo.InvariantCulture,
                $"({utilisation.Low * 100:0}{sheet.Capabilities.Dash}{utilisation.High * 100:0} %)")),
            similar);
    }

    internal static string DescribeUtilisation(UtilisationCase one)
    {
        // An upper bound of the hours is a lower bound of the utilisation.
        var bound = one.Training.HoursBound switch { HoursBound.Upper => "at least ", HoursBound.Lower => "at most ", _ => "" };
        var name = TextSanitizer.ToOneLine(one.Training.Name);
        return string.Create(CultureInfo.InvariantCulture, $"{name} {bound}{one.Utilisation * 100:0} %");
    }

    internal static IEnumerable<StyledText> DescribeTask(TrainingTask task)
    {
        var words = new List<string>();
        if (task.Runs > 1)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{task.Runs:N0} runs of"));
        if (task.Parameters is { } parameters)
        {
            var activePart = task.ActiveParameters is { } active && active < parameters
                ? $", {FormatLargeCount(active)} of them active,"
                : "";
            words.Add(FormatLargeCount(parameters) + " parameters" + activePart);
        }

        if (task.Tokens is { } tokens)
            words.Add((task.Parameters is null ? "" : "on ") + FormatLargeCount(tokens) + " tokens");
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
        var shown = new List<(string Label, Figure Figure)>
        {
            ("hours", best.ChipHours),
            ("energy", footprint.Energy),
            ("", footprint.FacilityEnergy),
            ("emissions", footprint.Operational),
        };
        if (footprint.Embodied is { } embodied)
            shown.Add(("", embodied));
        shown.Add(("", footprint.Total));
        if (footprint.Water is { } water)
            shown.Add(("water", water));
        foreach (var (label, figure) in shown)
        {
            var (text, interval) = ReferenceEquals(figure, best.ChipHours)
                ? (FormatChipHours(figure.Value, figure.Bounds), FormatChipHourInterval(figure.Bounds, sheet.Capabilities.Dash))
                : (DisplayValue.Format(figure).Text, DisplayValue.Format(figure).FormatInterval(sheet.Capabilities.Dash));
            sheet.WriteRow(label,
                StyledText.Strong(StyledTextWriter.ToUnbreakable(text.PadLeft(14))), " ",
                StyledText.Faint(StyledTextWriter.ToUnbreakable(interval.PadRight(20))), " ",
                DescribeFigure(figure));
        }
    }

    internal static string DescribeFigure(Figure figure) => figure.Name switch
    {
        "chip_hours" => "accelerator time",
        "energy_kwh" => "IT energy, hosts included",
        "facility_energy_kwh" => "facility energy (PUE included)",
        "emissions_kg.operational" => "operational, " + BoundaryText.FormatBasis(figure.Boundary.Basis ?? IntensityBasis.Unstated),
        "emissions_kg.embodied" => "embodied",
        "emissions_kg.total" => "total",
        _ => "on site and in generation",
    };

    static void WriteRanking(StyledTextWriter sheet, TrainingRanking ranking)
    {
        var screen = sheet.Capabilities;
        sheet.WriteBlankLine();
        var largest = ranking.Estimates.Max(estimate => estimate.Footprint.FacilityEnergy.Value);
        var nameColumns = Math.Min(
            MaxNameColumns, ranking.Estimates.Max(estimate => TextSanitizer.CountColumns(estimate.Task.Hardware.Name)));
        // 40: the columns of energy, hours and emissions, and the gaps between them.
        var barColumns = Math.Min(MaxBarColumns, sheet.RowColumns - nameColumns - 40);
        foreach (var (i, estimate) in ranking.Estimates.Index())
        {
            var energy = estimate.Footprint.FacilityEnergy.Value;
            var name = StyledTextWriter.ToUnbreakable(
                TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(estimate.Task.Hardware.Name), nameColumns, screen.Unicode));
            var hours = FormatChipHours(estimate.ChipHours.Value, estimate.ChipHours.Bounds);
            sheet.WriteRow(
                i == 0 ? "ranked" : "",
                i == 0 ? StyledText.Strong(name) : (StyledText)name, " ",
                new StyledText(StyledTextWriter.ToUnbreakable(DrawBar(energy / largest)), TextStyle.Bar),
                StyledTextWriter.ToUnbreakable(DisplayValue.Format(energy, "kWh", 2, largest).PadLeft(9)), " ",
                StyledText.Faint(StyledTextWriter.ToUnbreakable(hours.PadLeft(13))), " ",
                StyledTextWriter.ToUnbreakable(DisplayValue.Format(estimate.Footprint.Total).Text.PadLeft(13)));
        }

        var ratio = ranking.Ratio!.Value;
        sheet.WriteRow("choice", StyledText.Strong(TextSanitizer.ToOneLine(ranking.Best.Task.Hardware.Name)),
            string.Create(CultureInfo.InvariantCulture, $" uses the least energy; the next uses {ratio.Best:0.0#} times as much "
                + $"({ratio.Low:0.0#}{screen.Dash}{ratio.High:0.0#})"),
            ranking.IsClear ? "." : ". The intervals overlap, so the order is uncertain.");
        sheet.WriteBlankLine();

        string DrawBar(double share)
        {
            if (barColumns < 4)
                return "";
            var length = Math.Max(1, (int)Math.Round(share * barColumns));
            return new string(screen.Unicode ? '█' : '#', length).PadRight(barColumns) + " ";
        }
    }

    /// <summary>Writes the shares of operational and embodied emissions, and the factors that cause most of the uncertainty.</summary>
    static void WriteShares(StyledTextWriter sheet, TrainingEstimate best)
    {
        var footprint = best.Footprint;
        if (footprint.Embodied is { } embodied && footprint.Total.Value > 0)
        {
            var operationalShare = DisplayValue.FormatPercent(footprint.Operational.Value / footprint.Total.Value);
            var embodiedShare = DisplayValue.FormatPercent(embodied.Value / footprint.Total.Value);
            sheet.WriteRow("share", $"operational {operationalShare} of the emissions, embodied {embodiedShare}");
        }

        var contributions = FactorContribution.ComputeAll(footprint.Total.Derivation)
            .Where(contribution => contribution.Share >= 0.05).Take(3)
            .Select(contribution =>
                $"{TextSanitizer.ToOneLine(contribution.Factor.Label)} {DisplayValue.FormatPercent(contribution.Share)}").ToList();
        if (contributions.Count > 0)
            sheet.WriteRow("spread", string.Join(", ", contributions), " of the variance");
    }

    internal static string FormatChipHours(double value, Bounds bounds)
    {
        var number = bounds.IsExact && value >= 100 ? value.ToString("N0", CultureInfo.InvariantCulture) : FormatWithSuffix(value);
        return number + " chip-h";
    }

    internal static string FormatChipHourInterval(Bounds bounds, string dash) =>
        bounds.IsExact ? "" : $"({FormatWithSuffix(bounds.Low)}{dash}{FormatWithSuffix(bounds.High)})";

    /// <summary>Three digits and the suffix k or M.</summary>
    static string FormatWithSuffix(double value) => value switch
    {
        >= 9.995e5 => FormatThreeDigits(value / 1e6) + "M",
        >= 999.5 => FormatThreeDigits(value / 1e3) + "k",
        _ => FormatThreeDigits(value),
    };

    static string FormatThreeDigits(double value)
    {
        var format = value switch
        {
            > 0 and < 1e-4 => "0.##e0",
            > 0 and < 0.0995 => "0.#####",
            < 9.995 => "0.00",
            < 99.95 => "0.0",
            _ => "0",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    static string FormatDays(double hours)
    {
        var days = hours / 24;
        return days.ToString(days < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);
    }

    /// <summary>A count with at most two decimals and the suffix M, B or T.</summary>
    static string FormatLargeCount(double value) => value switch
    {
        >= 9.995e11 => (value / 1e12).ToString("0.##", CultureInfo.InvariantCulture) + "T",
        >= 9.995e8 => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + "B",
        >= 9.995e5 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };
}
