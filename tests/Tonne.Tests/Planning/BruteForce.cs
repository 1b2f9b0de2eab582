using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

/// <summary>
/// All ways to run a job on a grid of minutes, tried one by one. It knows nothing of the planner's arithmetic: the cost of a way is
/// summed minute by minute from the series.
/// </summary>
sealed class BruteForce(PlanRequest request, int slotMinutes)
{
    readonly int _slots = (int)((request.FinishBy - request.Now).TotalMinutes / slotMinutes);
    double _best = double.PositiveInfinity;

    public static double FindBest(PlanRequest request, int slotMinutes)
    {
        var search = new BruteForce(request, slotMinutes);
        foreach (var place in request.Places)
        {
            var start = (int)((place.TransferToStart?.Time.TotalMinutes ?? 0) / slotMinutes);
            for (var slot = start; slot < search._slots; slot++)
            {
                var grams = Transfer(place, place.TransferToStart, search.TimeOf(slot));
                search.Extend(place, slot, 0, grams, request.MaxPauses ?? int.MaxValue);
            }
        }

        return search._best;
    }

    DateTimeOffset TimeOf(int slot) => request.Now.AddMinutes(slot * slotMinutes);

    /// <summary>Works from a slot for every possible length, and then pauses for every possible length.</summary>
    void Extend(PlanPlace place, int slot, int doneMinutes, double grams, int pauses)
    {
        var duration = (int)Math.Round(request.Profile.Duration.TotalMinutes * (place.Hardware?.DurationFactor ?? 1));
        var least = Math.Min(request.MinSegment.TotalMinutes, duration);
        for (var end = slot + 1; end <= _slots; end++)
        {
            for (var minute = 0; minute < slotMinutes; minute++)
            {
                var factor = place.Hardware?.DurationFactor ?? 1;
                grams += Minute(place, PowerAt((doneMinutes + minute + 0.5) / factor), TimeOf(end - 1).AddMinutes(minute));
            }

            doneMinutes += slotMinutes;
            if (double.IsNaN(grams) || grams >= _best)
                return;
            if ((end - slot) * slotMinutes < least)
                continue;
            if (doneMinutes == duration)
            {
                _best = grams;
                return;
            }

            if (pauses > 0)
                Pause(place, end, doneMinutes, grams, pauses - 1);
        }
    }

    void Pause(PlanPlace left, int from, int doneMinutes, double grams, int pauses)
    {
        for (var resume = from; resume < _slots; resume++)
        {
            if (resume > from && request.PausedPower > Power.Zero)
            {
                for (var minute = 0; minute < slotMinutes; minute++)
                    grams += Minute(left, request.PausedPower.Watts, TimeOf(resume - 1).AddMinutes(minute), 1);
            }

            foreach (var place in request.Places)
            {
                var total = grams;
                if (place != left)
                {
                    if (place.TransferToMove is not { } move || (resume - from) * slotMinutes < move.Time.TotalMinutes
                        || (place.Hardware?.DurationFactor ?? 1) != (left.Hardware?.DurationFactor ?? 1))
                    {
                        continue;
                    }

                    total += Transfer(place, move, TimeOf(resume));
                }

                var mean = request.Profile.MeanPower.Watts * (place.Hardware?.PowerFactor ?? 1);
                total += mean * place.Pue / 1000 * request.ResumeCost.TotalHours * Intensity(place, TimeOf(resume));
                var slots = (int)(request.ResumeTime.TotalMinutes / slotMinutes);
                for (var minute = 0; minute < slots * slotMinutes; minute++)
                    total += Minute(place, mean, TimeOf(resume).AddMinutes(minute), 1);
                if (!double.IsNaN(total))
                    Extend(place, resume + slots, doneMinutes, total, pauses);
            }
        }
    }

    double PowerAt(double minute)
    {
        foreach (var stage in request.Profile.Stages)
        {
            if (minute < stage.Duration.TotalMinutes)
                return stage.Power.Watts;
            minute -= stage.Duration.TotalMinutes;
        }

        return request.Profile.Stages[^1].Power.Watts;
    }

    static double Transfer(PlanPlace place, Transfer? transfer, DateTimeOffset end)
    {
        if (transfer is null)
            return 0;
        if (transfer.Time == TimeSpan.Zero)
            return transfer.Energy.KilowattHours * place.Pue * Intensity(place, end);
        var grams = 0d;
        for (var at = end - transfer.Time; at < end; at = at.AddMinutes(1))
            grams += transfer.Energy.KilowattHours / transfer.Time.TotalMinutes * place.Pue * Intensity(place, at);
        return grams;
    }

    /// <summary>Watts are those of the profile, or of the pause, which hardware does not change.</summary>
    static double Minute(PlanPlace place, double watts, DateTimeOffset at, double? factor = null)
    {
        var facility = watts * place.Pue * (factor ?? place.Hardware?.PowerFactor ?? 1);
        var own = 0d;
        if (place.Renewables is { } renewables && at >= renewables.Start)
        {
            var index = (int)((at - renewables.Start) / renewables.Step);
            own = index < renewables.Values.Length ? Math.Min(facility, renewables.Values[index].Watts) : 0;
        }

        var embodied = (place.Hardware?.EmbodiedPerHour.Grams ?? 0) / 60;
        return ((facility - own) / 60_000 * Intensity(place, at))
            + (own / 60_000 * (place.Renewables?.Intensity.GramsPerKilowattHour ?? 0)) + embodied;
    }

    static double Intensity(PlanPlace place, DateTimeOffset at) => place.Intensity.Find(at)?.GramsPerKilowattHour ?? double.NaN;
}
