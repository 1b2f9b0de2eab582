using Tonne.Recording.Metering;

namespace Tonne.Instruments.Nvidia;

/// <summary>One GPU: what it can report, and the calls that read it. A GPU that was lost is not read again.</summary>
sealed class Gpu
{
    /// <summary>
    /// The counter and the power are refreshed every 20 to 100 ms, by card (seen by hot polling in other tools; the driver does not report
    /// it).
    /// </summary>
    internal const double RefreshSeconds = 0.1;

    const string Impossible = "the driver gave a number that cannot be";
    const string NoPower = "the driver said 0 W, which no card at work draws";
    const double MinCeilingWatts = 500;

    readonly Nvml _nvml;
    readonly nint _handle;
    readonly RetryBackoff _energyBackoff = new();
    readonly RetryBackoff _powerBackoff = new();

    internal Gpu(Nvml nvml, nint handle, GpuIdentity identity)
    {
        (_nvml, _handle, Identity) = (nvml, handle, identity);
        if (nvml.ReadPowerLimit(handle, out var limit) == NvmlReturn.Success && limit is > 1_000 and < 10_000_000)
            LimitWatts = limit / 1e3;
        EnergyStatus = ProbeEnergy();
        Power = ProbePower();
    }

    internal GpuIdentity Identity { get; }

    /// <summary>Power limit in force, W; null if not reported.</summary>
    internal double? LimitWatts { get; }

    /// <summary>A power it cannot exceed, W: twice the limit, since short peaks go beyond it.</summary>
    internal double CeilingWatts => Math.Max(MinCeilingWatts, 2 * (LimitWatts ?? 2_500));

    /// <summary>
    /// The driver's answer when the energy counter was read first; <see cref="NvmlReturn.Success"/> if there is a counter.
    /// </summary>
    internal int EnergyStatus { get; }

    internal bool HasCounter => EnergyStatus == NvmlReturn.Success;

    /// <summary>Whether the counter is there and stood at 0, as some virtual GPUs show it: it was not taken.</summary>
    internal bool CounterIsZero { get; private set; }

    internal PowerSource Power { get; }

    /// <summary>The driver's latest answer when the power was read.</summary>
    internal int PowerStatus { get; private set; }

    /// <summary>Why it has gone; null while it is there.</summary>
    internal string? LostReason { get; private set; }

    internal Nvml Nvml => _nvml;

    internal nint Handle => _handle;

    /// <summary>The energy counter in µJ.</summary>
    internal Reading ReadEnergy(long timestamp)
    {
        if (LostReason is { } gone)
            return Reading.FromGapReason(gone);
        if (!_energyBackoff.CanRetry(timestamp))
            return Reading.FromGapReason(_energyBackoff.Reason ?? Impossible);
        var code = _nvml.ReadEnergy(_handle, out var millijoules);
        if (code != NvmlReturn.Success)
            return HandleFailure(code, timestamp, _energyBackoff);
        // A zero after larger values means that the driver was reloaded or that the reading is wrong. It is never an energy.
        if (millijoules is 0 or > long.MaxValue / 1_000)
            return Reading.FromGapReason(Impossible);
        _energyBackoff.RecordSuccess();
        return Reading.FromValue((long)millijoules * 1_000);
    }

    /// <summary>The power in mW.</summary>
    internal Reading ReadPower(long timestamp)
    {
        if (LostReason is { } gone)
            return Reading.FromGapReason(gone);
        if (!_powerBackoff.CanRetry(timestamp))
            return Reading.FromGapReason(_powerBackoff.Reason ?? Impossible);
        var code = QueryPower(Power, out var milliwatts);
        if (code != NvmlReturn.Success)
            return HandleFailure(code, timestamp, _powerBackoff);
        if (milliwatts == 0)
            return Reading.FromGapReason(NoPower);
        if (milliwatts > CeilingWatts * 1e3)
            return Reading.FromGapReason(Impossible);
        _powerBackoff.RecordSuccess();
        return Reading.FromValue((long)milliwatts);
    }

    /// <summary>Takes note of an answer to any question.</summary>
    internal void CheckStatus(int code)
    {
        if (NvmlReturn.IsPermanent(code))
            LostReason ??= NvmlReturn.Describe(code);
    }

    Reading HandleFailure(int code, long timestamp, RetryBackoff backoff)
    {
        var reason = NvmlReturn.Describe(code);
        CheckStatus(code);
        backoff.RecordFailure(timestamp, reason);
        return Reading.FromGapReason(reason);
    }

    int ProbeEnergy()
    {
        var code = NvmlReturn.NotSupported;
        // Asked again where the driver was merely not ready.
        for (var tries = 0; tries < 2; tries++)
        {
            code = _nvml.ReadEnergy(_handle, out var millijoules);
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
        ReadOnlySpan<PowerSource> sources = [PowerSource.Instant, PowerSource.ModuleInstant, PowerSource.Usage];
        foreach (var source in sources)
        {
            PowerStatus = QueryPower(source, out var milliwatts);
            if (PowerStatus == NvmlReturn.Success && milliwatts > 0 && milliwatts <= CeilingWatts * 1e3)
                return source;
        }

        return PowerSource.None;
    }

    int QueryPower(PowerSource source, out ulong milliwatts)
    {
        if (source is PowerSource.Instant or PowerSource.ModuleInstant)
            return _nvml.ReadField(_handle, NvmlFieldValue.PowerInstant, source == PowerSource.Instant ? 0u : 1u, out milliwatts);
        var code = _nvml.ReadPower(_handle, out var whole);
        milliwatts = whole;
        return code;
    }
}
