using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Teaching;

/// <summary>Three questions made from one run's own numbers, four options each, the right answer with its reason.</summary>
/// <remarks>
/// The first asks what became of the data's size in preprocessing, where the run told its shapes. Deterministic: the same run gives the same quiz, in the same order.
/// </remarks>
public static class Quiz
{
    /// <summary>One question.</summary>
    /// <param name="Question">What is asked.</param>
    /// <param name="Options">Four answers.</param>
    /// <param name="Right">Index of the right one.</param>
    /// <param name="Reason">Why it is right, from the run's numbers.</param>
    public sealed record Item(string Question, ImmutableArray<string> Options, int Right, string Reason);

    /// <summary>The quiz of a run.</summary>
    public static ImmutableArray<Item> Of(RunRecord record, Footprint footprint)
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

    /// <summary>What became of the data's size between the first shape and the last before it was turned into features.</summary>
    static Item? Sizes(RunRecord record, Random order)
    {
        var shaped = record.Stages.Where(stage => stage is { DataIn: not null, DataOut: not null }).ToList();
        var fewer = shaped.FindAll(stage => stage.DataOut!.Rows < stage.DataIn!.Rows);
        // What keeps the columns removes rows; what changes them too, such as training to weights, makes something else of them.
        var cleaned = fewer.Where(stage => stage.DataOut!.Columns == stage.DataIn!.Columns).MaxBy(stage => stage.DataIn!.Rows - stage.DataOut!.Rows) ?? fewer.FirstOrDefault();
        if (cleaned is not null)
        {
            var (before, after) = (cleaned.DataIn!, cleaned.DataOut!);
            var removed = before.Rows - after.Rows;
            return Make(order, "What happened to the data's size in preprocessing, and why?",
                $"It fell from {Readout.Count(before.Rows)} to {Readout.Count(after.Rows)} rows: duplicates and rows that teach nothing were removed",
                [
                    $"It grew from {Readout.Count(after.Rows)} to {Readout.Count(before.Rows)} rows: cleaning adds what was missing",
                    $"It stayed at {Readout.Count(before.Rows)} rows: preprocessing changes values, never rows",
                    $"It fell to {Readout.Count(Math.Max(1, after.Rows / 2))} rows: half of any data is always held back",
                ],
                $"The stage {Printable.OneLine(cleaned.Name)} took in {Readout.Count(before.Rows)} rows and gave out {Readout.Count(after.Rows)}: {Readout.Count(removed)} ({Readout.Percent((double)removed / before.Rows)}) were removed, and every later stage has that much less to do.");
        }

        var widened = shaped.Find(stage => stage.DataOut!.Columns != stage.DataIn!.Columns);
        if (widened is null)
            return null;
        var (narrow, wide) = (widened.DataIn!, widened.DataOut!);
        return Make(order, $"What happened to the data's size in the stage {Printable.OneLine(widened.Name)}?",
            $"From {Readout.Count(narrow.Columns)} to {Readout.Count(wide.Columns)} columns",
            [$"From {Readout.Count(wide.Columns)} to {Readout.Count(narrow.Columns)} columns", "The columns stayed, the rows were doubled", "Nothing: its data went through unchanged"],
            $"It took in {Readout.Count(narrow.Rows)} × {Readout.Count(narrow.Columns)} and gave out {Readout.Count(wide.Rows)} × {Readout.Count(wide.Columns)}.");
    }

    static Item? Epochs(RunRecord record, Random order)
    {
        var epochs = record.Epochs.Where(epoch => epoch.Metrics.TryGetValue("loss", out var loss) && double.IsFinite(loss)).ToList();
        if (epochs.Count < 4)
            return null;
        var (first, middle, last) = (epochs[0].Metrics["loss"], epochs[(epochs.Count / 2) - 1].Metrics["loss"], epochs[^1].Metrics["loss"]);
        double total = epochs.Sum(epoch => epoch.Energy.Sum(use => use.Microjoules));
        if (first <= last || total <= 0)
            return null;
        var late = epochs.Skip(epochs.Count / 2).Sum(epoch => epoch.Energy.Sum(use => (double)use.Microjoules)) / total;
        var bought = Math.Max(0, (middle - last) / (first - last));
        return Make(order, $"Of the fall in loss over {epochs.Count} epochs, how much came in the second half?",
            Readout.Percent(bought), Others(bought),
            $"The loss went from {Readout.Metric(first)} to {Readout.Metric(middle)} in the first half and to {Readout.Metric(last)} in the second, which used {Readout.Percent(late)} of the epochs' energy.");
    }

    static Item? Stages(RunRecord record, Random order)
    {
        var stages = record.Stages.Where(stage => stage.Name != StageRecord.Outside).Select(stage => (stage.Name, Energy: stage.Energy.Sum(use => (double)use.Microjoules))).OrderByDescending(stage => stage.Energy).ToList();
        double total = record.Stages.Sum(stage => stage.Energy.Sum(use => (double)use.Microjoules));
        if (stages.Count < 4 || total <= 0)
            return null;
        return Make(order, "Which stage used the most energy?", Printable.OneLine(stages[0].Name), [.. stages.Skip(1).Take(3).Select(stage => Printable.OneLine(stage.Name))],
            $"It used {Readout.Percent(stages[0].Energy / total)} of the energy; the next, {Printable.OneLine(stages[1].Name)}, {Readout.Percent(stages[1].Energy / total)}.");
    }

    static Item Grid(Footprint footprint, Random order)
    {
        var intensity = footprint.Factors.Grid.Intensity.Bounds.Best;
        return Make(order, $"The grid here emits {intensity:0.#} g CO2e/kWh. On a grid of a tenth of that, what would change?",
            "The operational emissions fall to a tenth; the energy and the making of the hardware stay",
            ["Everything falls to a tenth, energy too", "Nothing: emissions depend on energy alone", "The emissions of making the hardware fall to a tenth, the rest stays"],
            $"Operational emissions are energy × PUE × intensity: {Readout.Of(footprint.Operational.Value, footprint.Operational.Unit)} of {Readout.Of(footprint.Total.Value, footprint.Total.Unit)} here. Hardware was made elsewhere, before.");
    }

    static Item Uncertainty(Footprint footprint, Random order) =>
        Make(order, "Why does the figure have an interval?",
            "Because its factors are known only within bounds, and those are carried through the formula",
            ["Because the computer rounds", "Because the run was too short to be counted", "Because carbon cannot be measured, so any number would do"],
            $"{Readout.Of(footprint.Total).Text}: {Insight.Doubtful(footprint)}.");

    static Item Interval(Footprint footprint, Random order) =>
        Make(order, "Where is the energy of the figure taken?",
            "At the plug of the machine, then times the building's PUE",
            ["At the chip alone", "At the power station", "At the plug, and the building twice"],
            $"{Readout.Of(footprint.Energy.Value, footprint.Energy.Unit)} at the plug × {footprint.Factors.Pue.Bounds.Best:0.##} = {Readout.Of(footprint.FacilityEnergy.Value, footprint.FacilityEnergy.Unit)} with the building.");

    /// <summary>Three shares that are none of them the right one, 15 points apart at least.</summary>
    static ImmutableArray<string> Others(double share)
    {
        double[] candidates = [0.02, 0.25, 0.5, 0.75, 0.95];
        return [.. candidates.Where(other => Math.Abs(other - share) > 0.1).Take(3).Select(Readout.Percent)];
    }

    static Item Make(Random order, string question, string right, ImmutableArray<string> wrong, string reason)
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
