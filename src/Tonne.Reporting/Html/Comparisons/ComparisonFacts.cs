using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Runs;
using Fact = Tonne.Reporting.Html.Comparisons.ComparisonPageDocument.ComparisonFact;

namespace Tonne.Reporting.Html.Comparisons;

/// <summary>What is the same in the compared runs and what is not: hardware, place, method, data.</summary>
static class ComparisonFacts
{
    /// <summary>Creates the facts, those that differ first.</summary>
    public static IReadOnlyList<Fact> Create(IReadOnlyList<ComparedRun> runs, Func<string, string> clean, bool withDetails)
    {
        var facts = new List<Fact>
        {
            // The names of processors and devices are details; whether they differ is not.
            withDetails ? Compare("Hardware", DescribeHardware) : Number("Hardware", "hardware", DescribeHardware),
            Compare("Threads", run => DisplayValue.FormatCount(run.Record.Opening.Machine.Threads)),
            Compare("Components", run => string.Join(" + ", run.Record.Components.Select(part => EnumWords.Format(part.Component))
                .GroupBy(kind => kind, StringComparer.Ordinal).Select(kind => kind.Count() == 1 ? kind.Key : $"{kind.Key}×{kind.Count()}"))),
            Compare("Quality of the energy", run => EnumWords.Format(run.Footprint.Energy.Quality)),
            Compare("Grid", run => clean(PlaceName.Format(run.Record.Opening.Place, run.Footprint.Factors.Grid) ?? "given")),
            Compare("Intensity, g CO2e/kWh", run => DisplayValue.FormatFactor(run.Footprint.Factors.Grid.Intensity).Value),
            Compare("PUE", run => DisplayValue.FormatFactor(run.Footprint.Factors.Pue).Value),
            Compare("Share of the machine", run => BoundaryText.DescribePolicy(run.Footprint.Energy.Boundary)),
            Compare("Embodied emissions", run => run.Footprint.Embodied is null ? "unknown" : "included"),
            Compare("Method", run => run.Footprint.Method),
            Compare("Factors", run => run.Footprint.Factors.FactorsHash),
            Compare("Data in", run => DescribeData(run.Record.Stages.FirstOrDefault(stage => stage.DataIn is not null)?.DataIn)),
            Compare("Data out", run => DescribeData(run.Record.Stages.LastOrDefault(stage => stage.DataOut is not null)?.DataOut)),
            Compare("Epochs", run => run.Record.Epochs.Length == 0 ? "" : DisplayValue.FormatCount(run.Record.Epochs.Length)),
            withDetails ? Compare("Command", run => string.Join(' ', run.Record.Opening.Command))
                : Number("Command", "command", run => string.Join('\0', run.Record.Opening.Command)),
            Compare("Outcome", run => EnumWords.Format(run.Record.Status)),
        };
        return [.. facts.Where(fact => fact.Values.Any(value => value.Length > 0)).OrderBy(fact => fact.Differs ? 0 : 1)];

        Fact Compare(string name, Func<ComparedRun, string> describe)
        {
            var values = runs.Select(run => TextSanitizer.ToOneLine(describe(run))).ToList();
            return new Fact(name, values, values.Distinct(StringComparer.Ordinal).Count() > 1);
        }

        Fact Number(string name, string noun, Func<ComparedRun, string> describe)
        {
            var kinds = runs.Select(describe).ToList();
            var distinct = kinds.Distinct(StringComparer.Ordinal).ToList();
            return new Fact(name,
                [.. kinds.Select(kind => distinct.Count == 1 ? "the same"
                    : string.Create(CultureInfo.InvariantCulture, $"{noun} {distinct.IndexOf(kind) + 1}"))],
                distinct.Count > 1);
        }
    }

    static string DescribeHardware(ComparedRun run)
    {
        var machine = run.Record.Opening.Machine;
        return string.Join(", ", (machine.Gpus ?? []).Prepend(machine.Cpu));
    }

    static string DescribeData(DataShape? shape) => shape is { } known
        ? $"{DisplayValue.FormatCount(known.Rows)} × {DisplayValue.FormatCount(known.Columns)}" : "";
}
