namespace Tonne.Planning;

/// <summary>The segments of the options of a request, on given intensities.</summary>
static class PlanSearch
{
    const long PauseBudget = 32_000_000;
    const long MoveBudget = 4_000_000;
    const int MaxLayers = 64;

    internal static long GetEarliest(PlanRequest request) => Math.Max(request.Now.UtcTicks, (request.StartAfter ?? request.Now).UtcTicks);

    /// <summary>The best place and time without a pause; empty if there is none.</summary>
    internal static PlannedSpan[] FindContiguous(PlanRequest request, PlaceModel[] models)
    {
        var (earliest, finishBy) = (GetEarliest(request), request.FinishBy.UtcTicks);
        PlannedSpan? found = null;
        var least = double.PositiveInfinity;
        foreach (var model in models)
        {
            if (ContiguousSearch.TryFind(model, earliest, finishBy, out var start, out var grams) && grams < least * (1 - 1e-12))
                (found, least) = (new PlannedSpan(start, start + model.Duration, model.Index), grams);
        }

        return found is { } span ? [span] : [];
    }

    /// <summary>The best places and times with pauses; empty if there are none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="models">The places.</param>
    /// <param name="resolution">Receives the length of a slot, the longest of all places.</param>
    /// <returns>The spans, and whether they are the optimum.</returns>
    internal static (PlannedSpan[] Spans, bool IsExact) FindWithPauses(PlanRequest request, PlaceModel[] models, out long resolution)
    {
        var best = new Found([], double.PositiveInfinity);
        var isExact = true;
        resolution = 0;
        var moving = request.MaxPauses != 0 && models.Length > 1 && Array.Exists(models, model => model.Place.TransferToMove is not null);
        if (!moving)
        {
            foreach (var model in models)
                isExact &= Search(request, models, [model], ref best, ref resolution);
            return (best.Spans, isExact);
        }

        foreach (var group in models.GroupBy(model => model.Duration))
            isExact &= Search(request, models, [.. group], ref best, ref resolution);
        return (best.Spans, isExact);
    }

    /// <summary>The number of values that a search with pauses visits, roughly.</summary>
    internal static double CountValues(PlanRequest request, PlaceModel[] models, long resolution)
    {
        if (resolution == 0)
            return 1000;
        var slots = (double)(request.FinishBy.UtcTicks - GetEarliest(request)) / resolution;
        return slots * models.Sum(model => (double)model.Duration / resolution) * Math.Min(8, (request.MaxPauses ?? 0) + 1);
    }

    static bool Search(PlanRequest request, PlaceModel[] all, PlaceModel[] group, ref Found best, ref long resolution)
    {
        var (earliest, finishBy) = (GetEarliest(request), request.FinishBy.UtcTicks);
        var limit = Math.Min(request.MaxPauses ?? int.MaxValue - 1, MaxLayers) + 1;
        var unlimited = request.MaxPauses is null;
        var layers = unlimited ? 1 : limit;
        var budget = group.Length > 1 ? MoveBudget : PauseBudget;
        if (SlotGrid.Create(request, group, earliest, finishBy, layers * group.Length, budget) is not { } grid)
            return finishBy - earliest < group[0].Duration;
        resolution = Math.Max(resolution, grid.Slot);
        // Each pause but the first needs a slot of work and one between: with as many as there can be, no limit is left.
        if (!unlimited && (request.MaxPauses >= grid.Work - 1 || (group.Length == 1 && request.MaxPauses > grid.Count - grid.Work)))
            (unlimited, layers) = (true, 1);
        var (resumeSlots, minSlots) = (grid.Ceiling(request.ResumeTime), Math.Max(1, grid.Ceiling(request.MinSegment)));
        var segments = new List<SlotSegment>();
        double grams;
        if (group.Length == 1)
        {
            grams = PauseSearch.Solve(new SlotCosts(request, group[0], grid), grid, layers, unlimited, resumeSlots, minSlots, segments);
        }
        else
        {
            var costs = Array.ConvertAll(group, model => new SlotCosts(request, model, grid));
            grams = new MoveSearch(costs, grid, layers, unlimited, resumeSlots, minSlots).Solve(segments);
        }

        if (grams < best.Grams * (1 - 1e-12))
            best = new Found(ToSpans(request, all, grid, segments), grams);
        return grid.IsExact && (request.MaxPauses is null or <= MaxLayers || unlimited);
    }

    /// <summary>Spans of whole slots; where times were rounded up, a resume ends at its slot, and the last slot is used in part.</summary>
    static PlannedSpan[] ToSpans(PlanRequest request, PlaceModel[] models, SlotGrid grid, List<SlotSegment> segments)
    {
        var spans = new PlannedSpan[segments.Count];
        var resumeSlots = grid.Ceiling(request.ResumeTime);
        var done = 0L;
        for (var i = 0; i < spans.Length; i++)
        {
            var segment = segments[i];
            var (from, to) = (grid.TimeOf(segment.From), grid.TimeOf(segment.To));
            var work = from;
            if (i > 0)
            {
                work = grid.TimeOf(segment.From + resumeSlots);
                from = work - request.ResumeTime.Ticks;
            }

            to = Math.Min(to, work + models[segment.Place].Duration - done);
            done += to - work;
            spans[i] = new PlannedSpan(from, to, segment.Place);
        }

        return spans;
    }

    readonly record struct Found(PlannedSpan[] Spans, double Grams);
}
