namespace Tonne.Planning;

/// <summary>The best start of a job that is not paused.</summary>
/// <remarks>
/// The cost as a function of the start is linear between the starts at which an edge of a step meets the start, the end, or a change of
/// power. So its minimum is at one of these or at a bound: the earliest or the latest start.
/// </remarks>
static class ContiguousSearch
{
    // Beyond, only starts at which the start or the end meets an edge are tried for a job of many stages.
    const long MaxEvaluations = 2_000_000;

    /// <summary>Finds the start of least cost, the earliest of equal ones.</summary>
    /// <returns>False if no start fits without a gap.</returns>
    internal static bool TryFind(PlaceModel model, long earliest, long finishBy, out long start, out double grams)
    {
        (start, grams) = (0, double.PositiveInfinity);
        earliest += model.Place.TransferToStart?.Time.Ticks ?? 0;
        var latest = finishBy - model.Duration;
        if (latest < earliest)
            return false;
        var stages = model.StageEnds;
        var edges = ((latest - earliest) / model.Step) + 2;
        var cuts = edges * stages.Length * stages.Length <= MaxEvaluations ? stages.Length : 1;
        Try(model, earliest, ref start, ref grams);
        // Offset of the first cut: the start itself; then each change of power; last the end.
        for (var cut = 0; cut <= cuts; cut++)
        {
            var offset = cut == 0 ? 0 : cut == cuts ? model.Duration : stages[cut - 1];
            var remainder = offset % model.Step;
            if (cut > 0 && remainder == 0)
                continue;
            var first = earliest - (earliest % model.Step) - remainder;
            while (first <= earliest)
                first += model.Step;
            for (var at = first; at < latest; at += model.Step)
                Try(model, at, ref start, ref grams);
        }

        Try(model, latest, ref start, ref grams);
        return double.IsFinite(grams);
    }

    static void Try(PlaceModel model, long at, ref long start, ref double grams)
    {
        var cost = Evaluate(model, at);
        if (cost < grams * (1 - 1e-12) || (at < start && cost <= grams))
            (start, grams) = (at, cost);
    }

    /// <summary>Grams of the job started at a time, embodied emissions included; infinite with a gap.</summary>
    internal static double Evaluate(PlaceModel model, long at)
    {
        if (!model.IsKnown(at, at + model.Duration))
            return double.PositiveInfinity;
        var fixedGrams = model.EmbodiedPerTick * model.Duration;
        if (model.Place.TransferToStart is { } transfer)
        {
            var tally = new PlanTally();
            model.AddTransfer(transfer, at, tally);
            if (tally.IsUnknown)
                return double.PositiveInfinity;
            fixedGrams += tally.Grams;
        }

        if (model.HasRenewables)
            return fixedGrams + AddStages(model, at);
        var (sum, before) = (0d, model.IntegrateTo(at));
        for (var i = 0; i < model.StageEnds.Length; i++)
        {
            var after = model.IntegrateTo(at + model.StageEnds[i]);
            sum += model.StageWatts[i] * (after - before);
            before = after;
        }

        return fixedGrams + (sum * model.Pue / (1_000d * TimeSpan.TicksPerHour));
    }

    static double AddStages(PlaceModel model, long at)
    {
        var tally = new PlanTally();
        var from = 0L;
        for (var i = 0; i < model.StageEnds.Length; i++)
        {
            model.Add(at + from, at + model.StageEnds[i], model.StageWatts[i], tally);
            from = model.StageEnds[i];
        }

        return tally.Grams;
    }
}
