using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Reconciling;

/// <summary>A reconciliation for people: a table of the steps, then the reason of each.</summary>
public static class ReconciliationText
{
    /// <summary>Writes the reconciliation.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="reconciliation">The reconciliation.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, Reconciliation reconciliation, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(reconciliation);
        ArgumentNullException.ThrowIfNull(screen);
        var sheet = new StyledTextWriter(writer, screen, 15);
        foreach (var line in DescribeSides(reconciliation, screen.Dash))
            sheet.WriteLine(screen.ToSupportedText(line));
        sheet.WriteBlankLine();
        CreateTable(reconciliation, screen).Write(writer, screen);
        sheet.WriteBlankLine();
        foreach (var step in reconciliation.Steps)
            sheet.WriteRow(FormatCause(step.Cause), TextSanitizer.ToOneLine(step.Why), StyledText.Faint(step.Source is null ? "" : $" Ours: {TextSanitizer.ToOneLine(step.Source)}."));
        foreach (var warning in reconciliation.Warnings)
            sheet.WriteRow("warning", new StyledText(warning.Code + ":", TextStyle.Warning), " ", WarningText.Format(warning));
    }

    /// <summary>The reconciliation as Markdown, with <c>\n</c> at line ends. Names are escaped.</summary>
    public static string RenderMarkdown(Reconciliation reconciliation)
    {
        ArgumentNullException.ThrowIfNull(reconciliation);
        using var page = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        page.Write($"## {TextSanitizer.EscapeMarkdown(reconciliation.Record.Opening.Name)}: from CodeCarbon's emissions to ours\n\n");
        foreach (var line in DescribeSides(reconciliation, "–"))
            page.Write(TextSanitizer.EscapeMarkdown(line) + "\n\n");
        page.Write("| cause | energy after | emissions after | part | why | our source |\n| --- | ---: | ---: | ---: | --- | --- |\n");
        foreach (var step in reconciliation.Steps)
        {
            page.Write($"| {FormatCause(step.Cause)} | {FormatEnergy(step.EnergyAfterKwh)} | {FormatEmissions(step.EmissionsAfterKg)} | {FormatPart(step.EmissionsPartKg)} "
                + $"| {TextSanitizer.EscapeMarkdown(TextSanitizer.ToOneLine(step.Why))} | {TextSanitizer.EscapeMarkdown(TextSanitizer.ToOneLine(step.Source ?? "-"))} |\n");
        }

        page.Write($"| **sum** | {FormatEnergy(reconciliation.Footprint.FacilityEnergy.Value)} | {FormatEmissions(reconciliation.Footprint.Total.Value)} | **{FormatPart(reconciliation.DifferenceKg)}** | | |\n");
        foreach (var warning in reconciliation.Warnings)
            page.Write($"\n- {TextSanitizer.EscapeMarkdown($"{warning.Code}: {WarningText.Format(warning)}")}\n");
        return page.ToString();
    }

    static IEnumerable<string> DescribeSides(Reconciliation reconciliation, string dash)
    {
        var (row, figures) = (reconciliation.Row.Run!, reconciliation.Footprint);
        yield return TextSanitizer.ToOneLine(string.Create(CultureInfo.InvariantCulture,
            $"CodeCarbon{(row.Version is null ? "" : " " + row.Version)}, line {row.Line}: {FormatEmissions(row.EmissionsKg)}, {FormatEnergy(row.EnergyKwh)} in {DisplayValue.FormatDuration(row.DurationSeconds)}, tracking mode {row.TrackingMode ?? "not stated"}."));
        yield return $"{TextSanitizer.ToOneLine(reconciliation.Record.Opening.Id)}: {DisplayValue.Format(figures.Total).FormatWithInterval(dash)}, {FormatEnergy(figures.FacilityEnergy.Value)} facility energy in {DisplayValue.FormatDuration(reconciliation.Record.DurationSeconds)}.";
        yield return $"Difference {FormatPart(reconciliation.DifferenceKg)}, by cause; each step replaces one factor and keeps the others.";
    }

    static TextTable CreateTable(Reconciliation reconciliation, TerminalCapabilities screen)
    {
        var table = new TextTable("CAUSE", "PART", "EMISSIONS AFTER", "FACILITY ENERGY AFTER") { RightAligned = new HashSet<int> { 1, 2, 3 }, OptionalColumns = [3], Margin = 2 };
        var row = reconciliation.Row.Run!;
        table.Add("CodeCarbon", "", FormatEmissions(row.EmissionsKg), FormatEnergy(row.EnergyKwh));
        foreach (var step in reconciliation.Steps)
            table.Add(FormatCause(step.Cause), screen.ToSupportedText(FormatPart(step.EmissionsPartKg)), screen.ToSupportedText(FormatEmissions(step.EmissionsAfterKg)), screen.ToSupportedText(FormatEnergy(step.EnergyAfterKwh)));
        table.Add("sum", screen.ToSupportedText(FormatPart(reconciliation.DifferenceKg)), "", "");
        return table;
    }

    /// <summary>The cause in words.</summary>
    internal static string FormatCause(ReconciliationCause cause) => cause switch
    {
        ReconciliationCause.Cpu => "processors",
        ReconciliationCause.Gpu => "accelerators",
        ReconciliationCause.NotSeparable => "not separable",
        ReconciliationCause.Other => "other parts",
        ReconciliationCause.Pue => "PUE",
        _ => EnumWords.Format(cause),
    };

    static string FormatPart(double kilograms) => kilograms == 0 ? "0" : (kilograms > 0 ? "+" : "") + DisplayValue.Format(kilograms, "kg CO2e");

    static string FormatEmissions(double kilograms) => DisplayValue.Format(kilograms, "kg CO2e");

    static string FormatEnergy(double kilowattHours) => DisplayValue.Format(kilowattHours, "kWh");
}
