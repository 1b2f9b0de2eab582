namespace Tonne.Planning;

/// <summary>Equal slots of time between the earliest start and the finish, in which pauses are searched.</summary>
/// <remarks>
/// Exact where the length of a slot divides the steps of all series, the duration and its stages, the times of resume, least segment and
/// transfers, and the distances of the earliest start and the finish from an edge: an optimal plan changes only at sums and differences
/// of these. If that is too fine, the slot is a part of the step, times are rounded up to slots, and the last slot is used in part.
/// </remarks>
/// <param name="Slot">Length of a slot in ticks.</param>
/// <param name="Start">Start of the first slot.</param>
/// <param name="Count">Number of slots.</param>
/// <param name="Work">Number of slots of work.</param>
/// <param name="LastShare">Used share of the last slot of work, above 0 to 1.</param>
/// <param name="IsExact">Whether nothing was rounded.</param>
readonly record struct SlotGrid(long Slot, long Start, int Count, int Work, double LastShare, bool IsExact)
{
    static readonly int[] _parts = [60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1];

    internal static long Gcd(long first, long second)
    {
        while (second != 0)
            (first, second) = (second, first % second);
        return Math.Abs(first);
    }

    /// <summary>The grid of a group of places of one duration factor; null if the job does not fit.</summary>
    /// <param name="request">The request.</param>
    /// <param name="models">The places.</param>
    /// <param name="earliest">Earliest start.</param>
    /// <param name="finishBy">Finish.</param>
    /// <param name="layers">Number of values for each slot and each slot of work.</param>
    /// <param name="budget">Number of values at most.</param>
    internal static SlotGrid? Create(
        PlanRequest request, ReadOnlySpan<PlaceModel> models, long earliest, long finishBy, int layers, long budget)
    {
        var (duration, window) = (models[0].Duration, finishBy - earliest);
        if (window < duration)
            return null;
        var step = 0L;
        foreach (var model in models)
            step = Gcd(step, model.Step);
        var slot = Gcd(Gcd(step, request.ResumeTime.Ticks), request.MinSegment.Ticks);
        foreach (var model in models)
        {
            slot = Gcd(slot, model.Place.TransferToStart?.Time.Ticks ?? 0);
            slot = Gcd(slot, model.Place.TransferToMove?.Time.Ticks ?? 0);
        }

        slot = Gcd(Gcd(Gcd(slot, duration), earliest % step), finishBy % step);
        var coarse = slot;
        foreach (var end in models[0].StageEnds)
            slot = Gcd(slot, end);
        if (Fits(window, duration, slot, layers, budget))
            return new SlotGrid(slot, earliest, (int)(window / slot), (int)(duration / slot), 1, IsExact: true);
        // Measured stages seldom fall on slots; each slot then has the mean power of its part of the job.
        if (Fits(window, duration, coarse, layers, budget))
            return new SlotGrid(coarse, earliest, (int)(window / coarse), (int)(duration / coarse), 1, IsExact: false);
        return CreateRounded(step, earliest, finishBy, duration, layers, budget / 6);
    }

    static SlotGrid? CreateRounded(long step, long earliest, long finishBy, long duration, int layers, long budget)
    {
        var slot = 0L;
        foreach (var part in _parts)
        {
            if (step % part == 0 && step / part >= TimeSpan.TicksPerSecond
                && Fits(finishBy - earliest, duration, step / part, layers, budget))
            {
                slot = step / part;
                break;
            }
        }

        for (var multiple = 2; slot == 0; multiple *= 2)
        {
            if (Fits(finishBy - earliest, duration, step * multiple, layers, budget))
                slot = step * multiple;
        }

        var (start, end) = ((earliest + slot - 1) / slot * slot, finishBy / slot * slot);
        var work = (duration + slot - 1) / slot;
        var share = (double)(duration - ((work - 1) * slot)) / slot;
        return (end - start) / slot < work ? null : new SlotGrid(slot, start, (int)((end - start) / slot), (int)work, share,
            IsExact: false);
    }

    static bool Fits(long window, long duration, long slot, int layers, long budget) =>
        slot > 0 && (double)(window / slot) * Math.Max(1, duration / slot) * layers <= budget;

    /// <summary>The number of slots that hold a time.</summary>
    internal int Ceiling(TimeSpan time) => (int)((time.Ticks + Slot - 1) / Slot);

    internal long TimeOf(int slot) => Start + (Slot * slot);
}
