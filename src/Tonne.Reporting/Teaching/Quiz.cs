using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Teaching;

/// <summary>Three questions made from one run's own numbers, four options each, the right answer with its reason.</summary>
/// <remarks>
/// The first question is how preprocessing changed the size of the data, if the run reported its shapes. The same run gives the same quiz,
/// in the same order.
/// </remarks>
public static class Quiz
{
    /// <summary>One question.</summary>
    /// <param name="Question">Text of the question.</param>
    /// <param name="Options">Four answers.</param>
    /// <param name="CorrectOption">Index of the right one.</param>
    /// <param name="Reason">Why it is right, from the run's numbers.</param>
    public sealed record Item(string Question, ImmutableArray<string> Options, int CorrectOption, string Reason);

    /// <summary>The quiz of a run.</summary>
    public static ImmutableArray<Item> Create(RunRecord record, Footprint footprint)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var order = new Random(Seed(record.Opening.Id));
        var items = new List<Item>();
        if (Sizes(record, order) is { } sizes)
            items.Add(sizes);
        if (Epochs(record, order) is { } epochs)
            items.Add(epochs);
        if (Stages(record, order) is { } stages)
            items.Add(stages);
        items.Add(Grid(footprint, order));
        items.Add(Uncertainty(footprint, order));
        items.Add(Interval(footprint, order));
        return [.. items.Take(3)];
    }

    /// <summary>Finds how the size of the data changed between the first shape and the last before the features.</summary>
    static Item? Sizes(RunRecord record, Random order)
    {
        var shaped = record.Stages.Where(stage => stage is { DataIn: not null, DataOut: not null }).ToList();
        var fewer = shaped.FindAll(stage => stage.DataOut!.Rows < stage.DataIn!.Rows);
        // Only a stage that keeps the columns removes rows. A stage that changes both, such as training to weights, creates other data.
        var cleaned = fewer.Where(stage => stage.DataOut!.Columns == stage.DataIn!.Columns).MaxBy(stage => stage.DataIn!.Rows - stage.DataOut!.Rows) ?? fewer.FirstOrDefault();
        if (cleaned is not null)
        {
            var (before, after) = (cleaned.DataIn!, cleaned.DataOut!);
            var removed = before.Rows - after.Rows;
            return CreateItem(order, "What happened to the data's size in preprocessing, and why?",
                $"It fell from {DisplayValue.FormatCount(before.Rows)} to {DisplayValue.FormatCount(after.Rows)} rows: duplicates and rows that teach nothing were removed",
                [
                    $"It grew from {DisplayValue.FormatCount(after.Rows)} to {DisplayValue.FormatCount(before.Rows)} rows: cleaning adds what was missing",
                    $"It stayed at {DisplayValue.FormatCount(before.Rows)} rows: preprocessing changes values, never rows",
                    $"It fell to {DisplayValue.FormatCount(Math.Max(1, after.Rows / 2))} rows: half of any data is always held back",
                ],
                $"The stage {TextSanitizer.ToOneLine(cleaned.Name)} took in {DisplayValue.FormatCount(before.Rows)} rows and gave out {DisplayValue.FormatCount(after.Rows)}: {DisplayValue.FormatCount(removed)} ({DisplayValue.FormatPercent((double)removed / before.Rows)}) were removed, and every later stage has that much less to do.");
        }

        var widened = shaped.Find(stage => stage.DataOut!.Columns != stage.DataIn!.Columns);
        if (widened is null)
            return null;
        var (narrow, wide) = (widened.DataIn!, widened.DataOut!);
        return CreateItem(order, $"What happened to the data's size in the stage {TextSanitizer.ToOneLine(widened.Name)}?",
            $"From {DisplayValue.FormatCount(narrow.Columns)} to {DisplayValue.FormatCount(wide.Columns)} columns",
            [$"From {DisplayValue.FormatCount(wide.Columns)} to {DisplayValue.FormatCount(narrow.Columns)} columns", "The columns stayed, the rows were doubled", "Nothing: its data went through unchanged"],
            $"It took in {DisplayValue.FormatCount(narrow.Rows)} × {DisplayValue.FormatCount(narrow.Columns)} and gave out {DisplayValue.FormatCount(wide.Rows)} × {DisplayValue.FormatCount(wide.Columns)}.");
    }

    static Item? Epochs(RunRecord record, Random order)
    {
        if (EpochSeries.FindLongest(EpochSeries.Split(record.Epochs).Where(one => !one.IsLate)) is not { } series)
            return null;
        var epochs = record.Epochs.Skip(series.From).Take(series.Count).Where(epoch => epoch.Metrics.TryGetValue("loss", out var loss) && double.IsFinite(loss)).ToList();
        if (epochs.Count < 4)
            return null;
        var (first, middle, last) = (epochs[0].Metrics["loss"], epochs[(epochs.Count / 2) - 1].Metrics["loss"], epochs[^1].Metrics["loss"]);
        double total = epochs.Sum(epoch => epoch.Energy.Sum(use => use.Microjoules));
        if (first <= last || total <= 0)
            return null;
        var late = epochs.Skip(epochs.Count / 2).Sum(epoch => epoch.Energy.Sum(use => (double)use.Microjoules)) / total;
        var bought = Math.Max(0, (middle - last) / (first - last));
        return CreateItem(order, $"Of the fall in loss over {epochs.Count} epochs, how much came in the second half?",
            DisplayValue.FormatPercent(bought), Others(bought),
            $"The loss went from {DisplayValue.FormatMetric(first)} to {DisplayValue.FormatMetric(middle)} in the first half and to {DisplayValue.FormatMetric(last)} in the second, which used {DisplayValue.FormatPercent(late)} of the epochs' energy.");
    }

    static Item? Stages(RunRecord record, Random order)
    {
        var stages = record.Stages.Where(stage => stage.Name != StageRecord.Outside).Select(stage => (stage.Name, Energy: stage.Energy.Sum(use => (double)use.Microjoules))).OrderByDescending(stage => stage.Energy).ToList();
        double total = record.Stages.Sum(stage => stage.Energy.Sum(use => (double)use.Microjoules));
        if (stages.Count < 4 || total <= 0)
            return null;
        return CreateItem(order, "Which stage used the most energy?", TextSanitizer.ToOneLine(stages[0].Name), [.. stages.Skip(1).Take(3).Select(stage => TextSanitizer.ToOneLine(stage.Name))],
            $"It used {DisplayValue.FormatPercent(stages[0].Energy / total)} of the energy; the next, {TextSanitizer.ToOneLine(stages[1].Name)}, {DisplayValue.FormatPercent(stages[1].Energy / total)}.");
    }

    static Item Grid(Footprint footprint, Random order)
    {
        var intensity = footprint.Factors.Grid.Intensity.Bounds.Best;
        return CreateItem(order, $"The grid here emits {intensity:0.#} g CO2e/kWh. On a grid of a tenth of that, what would change?",
            "The operational emissions fall to a tenth; the energy and the embodied emissions stay",
            ["Everything falls to a tenth, energy too", "Nothing: emissions depend on energy alone", "The embodied emissions fall to a tenth, the rest stays"],
            $"Operational emissions are energy × PUE × intensity: {DisplayValue.Format(footprint.Operational.Value, footprint.Operational.Unit)} of {DisplayValue.Format(footprint.Total.Value, footprint.Total.Unit)} here. Hardware was made elsewhere, before.");
    }

    static Item Uncertainty(Footprint footprint, Random order) =>
        CreateItem(order, "Why does the figure have an interval?",
            "Because its factors are known only within bounds, and those are carried through the formula",
            ["Because the computer rounds", "Because the run was too short to be counted", "Because carbon cannot be measured, so any number would do"],
            $"{DisplayValue.Format(footprint.Total).Text}: {Insight.DescribeUncertainty(footprint)}.");

    static Item Interval(Footprint footprint, Random order) =>
        CreateItem(order, "Where is the energy of the figure taken?",
            "At the plug of the machine, then times the facility's PUE",
            ["At the chip alone", "At the power station", "At the plug, and the PUE twice"],
            $"{DisplayValue.Format(footprint.Energy.Value, footprint.Energy.Unit)} at the plug × {footprint.Factors.Pue.Bounds.Best:0.##} = {DisplayValue.Format(footprint.FacilityEnergy.Value, footprint.FacilityEnergy.Unit)} facility energy.");

    /// <summary>Three wrong shares, at least 15 points from the right one and from each other.</summary>
    static ImmutableArray<string> Others(double share)
    {
        double[] candidates = [0.02, 0.25, 0.5, 0.75, 0.95];
        return [.. candidates.Where(other => Math.Abs(other - share) > 0.1).Take(3).Select(DisplayValue.FormatPercent)];
    }

    static Item CreateItem(Random order, string question, string right, ImmutableArray<string> wrong, string reason)
    {
        var at = order.Next(wrong.Length + 1);
        return new Item(question, wrong.Insert(at, right), at, reason);
    }

    static int Seed(string text)
    {
        var seed = 17;
        foreach (var c in text)
            seed = unchecked((seed * 31) + c);
        return seed & int.MaxValue;
    }
}
