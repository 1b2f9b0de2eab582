using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Grams of each thing that may happen in a slot at one place.</summary>
sealed class SlotCosts
{
    readonly PlaceModel _model;
    readonly double[] _intensity;
    readonly double[] _renewables;
    readonly double _perGram;
    readonly double _embodied;
    readonly long _slot;

    internal SlotCosts(PlanRequest request, PlaceModel model, SlotGrid grid)
    {
        _model = model;
        _slot = grid.Slot;
        _intensity = new double[grid.Count];
        _renewables = model.HasRenewables ? new double[grid.Count] : [];
        _embodied = model.EmbodiedPerTick * grid.Slot;
        _perGram = model.Pue * grid.Slot / (1_000d * TimeSpan.TicksPerHour);
        var offset = grid.Start - model.Origin;
        var isSame = grid.Slot == model.Step && offset % model.Step == 0 && !model.HasRenewables;
        if (isSame)
            Array.Copy(model.Intensity, offset / model.Step, _intensity, 0, grid.Count);
        for (var i = 0; i < grid.Count && !isSame; i++)
        {
            (_intensity[i], var own) = model.Average(grid.TimeOf(i), grid.TimeOf(i + 1));
            if (model.HasRenewables)
                _renewables[i] = own;
        }

        Watts = CreateWatts(model, grid);
        IsConstant = !Watts.AsSpan().ContainsAnyExcept(Watts[0]);
        Held = CreateHeld(request, grid.Count);
        Start = CreateTransfers(model.Place.TransferToStart, grid);
        Resume = CreateResumes(request, grid);
    }

    internal PlaceModel Model => _model;

    /// <summary>Watts of each slot of work.</summary>
    internal double[] Watts { get; }

    internal bool IsConstant { get; }

    /// <summary>Being paused in a slot; infinite if that uses a gap.</summary>
    internal double[] Held { get; }

    /// <summary>What a start at a slot costs beforehand; infinite if it cannot be.</summary>
    internal double[] Start { get; }

    /// <summary>What a resume whose first slot this is costs, its time included; infinite if it cannot be.</summary>
    internal double[] Resume { get; }

    internal bool IsKnown(int slot) => !double.IsNaN(_intensity[slot]);

    /// <summary>Fills the costs of a slot by number of the slot of work.</summary>
    internal void Fill(int slot, Span<double> row)
    {
        if (IsConstant)
        {
            row[..Watts.Length].Fill(Cost(slot, 0));
        }
        else if (!_model.HasRenewables)
        {
            var factor = _intensity[slot] * _perGram;
            for (var i = 0; i < Watts.Length; i++)
                row[i] = (Watts[i] * factor) + _embodied;
        }
        else
        {
            for (var i = 0; i < Watts.Length; i++)
                row[i] = Cost(slot, i);
        }
    }

    internal double Cost(int slot, int work) => Cost(slot, Watts[work]) + _embodied;

    double Cost(int slot, double watts) => _model.HasRenewables
        ? _model.Cost(watts, _intensity[slot], _renewables[slot], _slot)
        : watts * _intensity[slot] * _perGram;

    /// <summary>Grams of a transfer that ends at the start of each slot; infinite if it cannot be done.</summary>
    internal double[] CreateTransfers(Transfer? transfer, SlotGrid grid)
    {
        var costs = new double[grid.Count];
        if (transfer is null)
            return costs;
        var slots = grid.Ceiling(transfer.Time);
        for (var i = 0; i < costs.Length; i++)
        {
            var tally = new PlanTally();
            if (i >= slots)
                _model.AddTransfer(transfer, grid.TimeOf(i), tally);
            costs[i] = i < slots || tally.IsUnknown ? double.PositiveInfinity : tally.Grams;
        }

        return costs;
    }

    static double[] CreateWatts(PlaceModel model, SlotGrid grid)
    {
        var watts = new double[grid.Work];
        if (model.StageEnds.Length == 1)
        {
            Array.Fill(watts, model.StageWatts[0]);
            watts[^1] *= grid.LastShare;
            return watts;
        }

        var stage = 0;
        for (var i = 0; i < watts.Length; i++)
        {
            var (at, to) = (grid.Slot * i, Math.Min(grid.Slot * (i + 1), model.Duration));
            var sum = 0d;
            while (at < to)
            {
                while (stage < model.StageEnds.Length - 1 && model.StageEnds[stage] <= at)
                    stage++;
                var next = stage == model.StageEnds.Length - 1 ? to : Math.Min(to, model.StageEnds[stage]);
                sum += model.StageWatts[stage] * (next - at);
                at = next;
            }

            watts[i] = sum / grid.Slot;
        }

        return watts;
    }

    double[] CreateHeld(PlanRequest request, int count)
    {
        var held = new double[count];
        if (request.PausedPower == Power.Zero)
            return held;
        for (var i = 0; i < count; i++)
            held[i] = IsKnown(i) ? Cost(i, request.PausedPower.Watts) + _embodied : double.PositiveInfinity;
        return held;
    }

    double MaxIntensity()
    {
        var max = 0d;
        foreach (var value in _intensity)
        {
            if (value > max)
                max = value;
        }

        return max;
    }

    double[] CreateResumes(PlanRequest request, SlotGrid grid)
    {
        var costs = new double[grid.Count];
        var atOnce = _model.MeanWatts * request.ResumeCost.TotalSeconds * _model.Pue / Energy.JoulesPerKilowattHour;
        var slots = grid.Ceiling(request.ResumeTime);
        // Of two plans that differ by rounding only, the one with fewer pauses is to be found.
        var tie = 1e-11 * MaxIntensity() * _model.MeanWatts * _perGram;
        var share = slots == 0 ? 0 : (double)request.ResumeTime.Ticks / (slots * grid.Slot);
        for (var i = 0; i < costs.Length; i++)
        {
            costs[i] = i + slots > costs.Length || !IsKnown(i) ? double.PositiveInfinity : tie + (atOnce * _intensity[i]);
            for (var k = 0; k < slots && double.IsFinite(costs[i]); k++)
                costs[i] += IsKnown(i + k) ? (Cost(i + k, _model.MeanWatts) + _embodied) * share : double.PositiveInfinity;
        }

        return costs;
    }
}
