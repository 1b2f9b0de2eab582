using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Recording.Attribution;

/// <summary>Splits the job's part of each slice among the ranks of a run, exact to the microjoule (docs/methods/attribution.md).</summary>
/// <remarks>
/// Within the job the rules are those among jobs: active energy by use, idle energy by what is held. A slice without readings by
/// rank is split equally among the ranks that ran in it.
/// </remarks>
sealed class RankSplit
{
    readonly RankUsageTracker _use;
    readonly string[] _devices;
    readonly EnergyAccumulator[] _energy;
    readonly double[] _weights;
    readonly Microjoules[] _parts;
    readonly double[] _processorParts;
    readonly double[] _plugParts;
    readonly double _missed;

    /// <summary>Creates the split of a trace.</summary>
    /// <param name="use">A tracker that has not seen a sample of it.</param>
    /// <param name="members">The members, as the first pass over the trace found them.</param>
    /// <param name="devices">Numbers of the machine's devices.</param>
    internal RankSplit(RankUsageTracker use, IReadOnlyList<RankMember> members, IEnumerable<string> devices)
    {
        (_use, Members, _devices) = (use, members, [.. devices]);
        Slice = CreateAmounts();
        (_weights, _parts) = (new double[members.Count], new Microjoules[members.Count]);
        (_processorParts, _plugParts) = (new double[members.Count], new double[members.Count]);
        _energy = [.. members.Select(_ => new EnergyAccumulator())];
        _missed = members.Sum(member => Math.Max(0, member.Missed));
    }

    /// <summary>The members in the order of joining.</summary>
    internal IReadOnlyList<RankMember> Members { get; }

    /// <summary>What each member used in the last slice.</summary>
    internal RankAmounts Slice { get; }

    /// <summary>Parts of the last split.</summary>
    internal ReadOnlySpan<Microjoules> Parts => _parts;

    /// <summary>Energy of a member by component.</summary>
    internal EnergyAccumulator GetEnergy(int member) => _energy[member];

    internal RankAmounts CreateAmounts() => new(Members.Count, _devices.Length);

    /// <summary>Takes the values of a sample.</summary>
    internal void AddSample(long from, long to) => _use.AddSample(Slice, _devices, from, to);

    internal void AddBlock(Traces.TraceReader reader) => _use.AddBlock(reader);

    /// <summary>Gives CPU time that sampling missed to the members that it was missed of.</summary>
    internal void AddMissed(double seconds)
    {
        if (seconds <= 0 || _missed <= 0)
            return;
        for (var i = 0; i < Members.Count; i++)
        {
            var part = seconds * Math.Max(0, Members[i].Missed) / _missed;
            Slice.Cpu[i] += part;
            if (Members[i].Joined.ReservedShare is null)
                Slice.Unreserved[i] += part;
        }
    }

    /// <summary>Splits the last slice of a component by what the members used and held in its window.</summary>
    internal void Split(ComponentAttribution account, string? device, UsageWindow window)
    {
        var amounts = window.Ranks!;
        switch (account.Basis.Component)
        {
            case Component.Gpu when Array.IndexOf(_devices, account.Basis.Device ?? "") is >= 0 and var index:
                var held = HasAny(amounts.DeviceHeld[index]) ? amounts.DeviceHeld[index] : amounts.DeviceAllowed[index];
                SetWeights(account, HasAny(amounts.DeviceTime[index]) ? amounts.DeviceTime[index] : held, held);
                break;
            case Component.Memory:
                SetWeights(account, amounts.Memory, amounts.Memory);
                break;
            default:
                SetWeights(account, amounts.Cpu, GetHeld(amounts, window.Seconds));
                break;
        }

        Split(account, device, amounts.Present);
    }

    double[] GetHeld(RankAmounts amounts, double seconds)
    {
        if (!HasAny(amounts.Reserved) || seconds <= 0)
            return amounts.Cpu;
        var held = new double[Members.Count];
        for (var i = 0; i < held.Length; i++)
            held[i] = (amounts.Reserved[i] * Threads) + amounts.Unreserved[i];
        return held;
    }

    /// <summary>Hardware threads of the machine, by which a reserved share is thread-seconds.</summary>
    internal required int Threads { get; init; }

    void SetWeights(ComponentAttribution account, double[] used, double[] held)
    {
        var (allUsed, allHeld) = (used.Sum(), held.Sum());
        for (var i = 0; i < _weights.Length; i++)
        {
            _weights[i] = (allUsed > 0 ? account.JobActive * used[i] / allUsed : 0)
                + (allHeld > 0 ? account.JobIdle * held[i] / allHeld : 0);
        }
    }

    /// <summary>Splits all other parts like the component they go with, whose slice was split just before.</summary>
    internal void SplitLikeLast(ComponentAttribution other)
    {
        for (var i = 0; i < _weights.Length; i++)
            _weights[i] = _parts[i].Value;
        Split(other, null, Slice.Present);
    }

    /// <summary>Remembers the last split of processors or a device, which other parts follow.</summary>
    internal void KeepProcessorParts(bool plugged)
    {
        var kept = plugged ? _plugParts : _processorParts;
        for (var i = 0; i < kept.Length; i++)
            kept[i] += _parts[i].Value;
    }

    /// <summary>Splits all other parts like processors and devices together.</summary>
    internal void SplitLikeProcessors(ComponentAttribution other, bool plugged)
    {
        (plugged ? _plugParts : _processorParts).CopyTo(_weights, 0);
        Split(other, null, Slice.Present);
    }

    internal void ForgetProcessorParts(bool plugged) => Array.Clear(plugged ? _plugParts : _processorParts);

    void Split(ComponentAttribution account, string? device, double[] present)
    {
        if (!HasAny(_weights))
            (HasAny(present) ? present : [.. present.Select(_ => 1d)]).CopyTo(_weights, 0);
        // The weights of the job's energy may be negative only where the energy is: they never are here, but a count may.
        var energy = account.Parts[0];
        new Microjoules(Math.Abs(energy.Value)).Split(_weights, _parts);
        for (var i = 0; i < _parts.Length; i++)
        {
            if (energy.Value < 0)
                _parts[i] = new(-_parts[i].Value);
            if (_parts[i] != Microjoules.Zero)
                _energy[i].Add(account.Basis.Component, device, _parts[i], account.JobAmounts, (double)_parts[i].Value / energy.Value);
        }
    }

    static bool HasAny(double[] values)
    {
        foreach (var value in values)
        {
            if (value > 0)
                return true;
        }

        return false;
    }
}
