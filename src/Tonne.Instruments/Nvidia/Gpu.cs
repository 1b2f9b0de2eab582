using Tonne.Recording.Metering;

namespace Tonne.Instruments.Nvidia;

/// <summary>One GPU: what it can tell, and asking it. A GPU that has gone is asked nothing more.</summary>
sealed class Gpu
{
    /// <summary>The counter and the power are refreshed every 20 to 100 ms, by card (seen by hot polling in other tools; the driver does not tell).</summary>
    internal const double RefreshSeconds = 0.1;

    const string Impossible = "the driver gave a number that cannot be";
    const string NoPower = "the driver said 0 W, which no card at work draws";
    const double LeastCeiling = 500;

    readonly Nvml _nvml;
    readonly nint _handle;
    readonly Patience _energyPatience = new();
    readonly Patience _powerPatience = new();

    internal Gpu(Nvml nvml, nint handle, GpuIdentity identity)
    {
        (_nvml, _handle, Identity) = (nvml, handle, identity);
        if (nvml.Limit(handle, out var limit) == NvmlReturn.Success && limit is > 1_000 and < 10_000_000)
            LimitWatts = limit / 1e3;
        EnergyAnswer = ProbeEnergy();
        Power = ProbePower();
    }

    internal GpuIdentity Identity { get; }

    /// <summary>Power limit in force, W; null if not told.</summary>
    internal double? LimitWatts { get; }

    /// <summary>A power it cannot exceed, W: twice the limit, since short peaks go beyond it.</summary>
    internal double CeilingWatts => Math.Max(LeastCeiling, 2 * (LimitWatts ?? 2_500));

    /// <summary>What the driver answered when asked for the energy counter; <see cref="NvmlReturn.Success"/> if it counts.</summary>
    internal int EnergyAnswer { get; }

    internal bool HasCounter => EnergyAnswer == NvmlReturn.Success;

    /// <summary>Whether the counter is there and stood at 0, as some virtual GPUs show it: it was not taken.</summary>
    internal bool CounterIsZero { get; private set; }

    internal PowerSource Power { get; }

    /// <summary>What the driver answered when asked for the power, last.</summary>
    internal int PowerAnswer { get; private set; }

    /// <summary>Why it has gone; null while it is there.</summary>
    internal string? Gone { get; private set; }

    internal Nvml Nvml => _nvml;

    internal nint Handle => _handle;

    /// <summary>The energy counter in µJ.</summary>
    internal Reading ReadEnergy(long timestamp)
    {
        if (Gone is { } gone)
            return Reading.Gap(gone);
        if (!_energyPatience.MayAsk(timestamp))
            return Reading.Gap(_energyPatience.Reason ?? Impossible);
        var code = _nvml.Energy(_handle, out var millijoules);
        if (code != NvmlReturn.Success)
            return Failed(code, timestamp, _energyPatience);
        // Zero after it has counted is a card that lost its driver, or a lie; never energy.
        if (millijoules is 0 or > long.MaxValue / 1_000)
            return Reading.Gap(Impossible);
        _energyPatience.Answered();
        return Reading.Of((long)millijoules * 1_000);
    }

    /// <summary>The power in mW.</summary>
    internal Reading ReadPower(long timestamp)
    {
        if (Gone is { } gone)
            return Reading.Gap(gone);
        if (!_powerPatience.MayAsk(timestamp))
            return Reading.Gap(_powerPatience.Reason ?? Impossible);
        var code = Ask(Power, out var milliwatts);
        if (code != NvmlReturn.Success)
            return Failed(code, timestamp, _powerPatience);
        if (milliwatts == 0)
            return Reading.Gap(NoPower);
        if (milliwatts > CeilingWatts * 1e3)
            return Reading.Gap(Impossible);
        _powerPatience.Answered();
        return Reading.Of((long)milliwatts);
    }

    /// <summary>Takes note of an answer to any question.</summary>
    internal void Heed(int code)
    {
        if (NvmlReturn.IsForGood(code))
            Gone ??= NvmlReturn.Words(code);
    }

    Reading Failed(int code, long timestamp, Patience patience)
    {
        var reason = NvmlReturn.Words(code);
        Heed(code);
        patience.Failed(timestamp, reason);
        return Reading.Gap(reason);
    }

    int ProbeEnergy()
    {
        var code = NvmlReturn.NotSupported;
        // Asked again where the driver was merely not ready.
        for (var tries = 0; tries < 2; tries++)
        {
            code = _nvml.Energy(_handle, out var millijoules);
            if (code == NvmlReturn.Success)
            {
                CounterIsZero = millijoules is 0 or > long.MaxValue / 1_000;
                return CounterIsZero ? NvmlReturn.NotSupported : code;
            }

            if (code is NvmlReturn.NotSupported or NvmlReturn.FunctionNotFound or NvmlReturn.NoPermission)
                break;
        }

        return code;
    }

    PowerSource ProbePower()
    {
        ReadOnlySpan<PowerSource> sources = [PowerSource.Instant, PowerSource.InstantOfModule, PowerSource.Usage];
        foreach (var source in sources)
        {
            PowerAnswer = Ask(source, out var milliwatts);
            if (PowerAnswer == NvmlReturn.Success && milliwatts > 0 && milliwatts <= CeilingWatts * 1e3)
                return source;
        }

        return PowerSource.None;
    }

    int Ask(PowerSource source, out ulong milliwatts)
    {
        if (source is PowerSource.Instant or PowerSource.InstantOfModule)
            return _nvml.Field(_handle, NvmlFieldValue.PowerInstant, source == PowerSource.Instant ? 0u : 1u, out milliwatts);
        var code = _nvml.Power(_handle, out var whole);
        milliwatts = whole;
        return code;
    }
}
