using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Builds the final record of a run from its trace, for completed and for interrupted runs.</summary>
/// <remarks>
/// Reads the trace twice and keeps no samples, so memory does not grow with the run. The first pass finds marks, the end and CPU time
/// that sampling missed;
/// the second pass reads the slices. Missed CPU time (the kernel's final account less the samples) is spread over the slices by unclaimed
/// busy time of the machine.
/// </remarks>
public sealed class RecordBuilder
{
    readonly RunOpening _opening;
    readonly TracePrescan _prescan;
    readonly EnergyAllocator _apportionment;
    Action<JobEnergySlice>? _onSlice;
    (double Active, double Idle) _sinceOther;
    (double Active, double Idle) _lastOther;
    readonly EnergyAccumulator _job = new();
    readonly EnergyAccumulator _others = new();
    readonly EnergyAccumulator _idle = new();
    readonly EnergyAccumulator _unexplained = new();
    readonly EnergyAccumulator _machine = new();
    readonly List<Gap> _gaps = [];

    /// <summary>Times of meters that never changed, whose components are modelled.</summary>
    readonly List<Gap> _replaced;
    readonly List<Warning> _warnings = [];
    readonly List<(ComponentAttribution Account, DeviceUsageTracker? Device)> _modelled = [];
    readonly List<MeterWindow> _metered = [];
    readonly List<DeviceUsageTracker> _devices = [];
    readonly List<MeterAccumulator> _tallies = [];
    readonly Dictionary<string, double> _held = new(StringComparer.Ordinal);
    readonly ComponentAttribution? _other;
    readonly PlugMeterBalance? _plug;
    readonly Dictionary<string, double> _rates;
    readonly Microjoules[] _processorParts = new Microjoules[ComponentAttribution.PartCount];
    readonly List<RatedAmount> _pendingOther = [];
    (long From, long To) _pendingSpan;
    readonly MachineUsageTracker _use;
    readonly UsageWindow _slice = new();
    readonly UsageWindow _deviceSlice = new();
    bool _hasFirstSample;

    /// <summary>The ranks; null if the run has none.</summary>
    readonly RankSplit? _ranks;

    /// <summary>The rank of which the record is; null for the run.</summary>
    readonly RankMember? _subject;
    readonly int _subjectNumber;

    /// <summary>Time of the record within that of the trace, in ns.</summary>
    readonly (long From, long To) _span;

    RecordBuilder(RunOpening opening, TracePrescan survey, List<Gap> modelled, int? member = null)
    {
        _replaced = modelled;
        _prescan = survey;
        var members = survey.Ranks.Members;
        if (members.Count > 0)
            opening = AllowDevicesOf(opening, members);
        (_subjectNumber, _subject) = member is { } number ? (number, members[number]) : (-1, null);
        _span = _subject is null ? (0, survey.End) : (_subject.GetStart(survey.End), Math.Max(_subject.GetStart(survey.End) + 1, _subject.GetEnd(survey.End)));
        _opening = opening;
        _use = new MachineUsageTracker(opening);
        _apportionment = new EnergyAllocator(
            new Timeline(RankMarks.Select(survey.Marks, members, member, _span.From), _span.To - _span.From), opening.StartedAt.AddTicks(_span.From / 100));
        if (members.Count > 0)
        {
            var devices = opening.Bases.Where(basis => basis.Component == Component.Gpu).Select(basis => basis.Device ?? "").Distinct(StringComparer.Ordinal);
            _ranks = new RankSplit(new RankUsageTracker(), members, devices) { Threads = opening.Machine.Threads };
            foreach (var window in new[] { _slice, _deviceSlice })
                window.Ranks = _ranks.CreateAmounts();
        }

        _rates = opening.Rates.ToDictionary(rate => rate.Id, rate => rate.Derivation.Value, StringComparer.Ordinal);
        for (var i = 0; i < opening.Meters.Length; i++)
        {
            if (MeterAccumulator.Accepts(opening.Meters[i]))
                _tallies.Add(new MeterAccumulator(opening.Meters[i], i));
        }

        var platform = opening.Bases.FirstOrDefault(basis => basis.Component == Component.Platform);
        ComponentAttribution? plugged = null;
        foreach (var basis in opening.Bases.OrderBy(basis => basis.Component).ThenBy(basis => basis.Device, StringComparer.Ordinal))
        {
            var account = new ComponentAttribution(opening, basis, _rates);
            var device = basis.Component == Component.Gpu ? new DeviceUsageTracker(opening, basis) : null;
            if (device is not null)
                _devices.Add(device);
            if (basis.Component == Component.Platform)
                continue;
            if (basis.Component == Component.Other && basis.Meters.IsDefaultOrEmpty)
                _other = account;
            else if (basis.Component == Component.Cpu && platform is not null && basis.Meters.SequenceEqual(platform.Meters))
                plugged = account;
            else if (basis.Meters.IsDefaultOrEmpty)
                _modelled.Add((account, device));
            else
                _metered.AddRange(basis.Meters.Select(id => CreateWindow(id, account, device)));
        }

        if (platform is not null)
            _plug = new PlugMeterBalance(CreateWindow(platform.Meters[0], new ComponentAttribution(opening, platform, _rates), null), plugged, _rates);
    }

    /// <summary>Builds the record of a trace.</summary>
    /// <param name="open">Opens the trace from its start; called twice.</param>
    /// <param name="opening">The opening, if the caller still has it; null to read it. Reading it takes some 20 ms of start-up
    /// time.</param>
    /// <param name="ending">The ending, if the caller still has it; null to read it.</param>
    /// <exception cref="TraceDamagedException">The trace has no opening that can be read.</exception>
    public static RunRecord Build(Func<Stream> open, RunOpening? opening = null, RunEnding? ending = null) =>
        Build(open, null, opening, ending);

    /// <summary>Builds the record of a trace, and passes on the job's energy slice by slice.</summary>
    /// <param name="open">Opens the trace from its start; called twice.</param>
    /// <param name="onSlice">Receives the slices as they are settled: those of one component in the order of time.</param>
    /// <param name="opening">The opening, if the caller still has it; null to read it.</param>
    /// <param name="ending">The ending, if the caller still has it; null to read it.</param>
    /// <exception cref="TraceDamagedException">The trace has no opening that can be read.</exception>
    public static RunRecord Build(Func<Stream> open, Action<JobEnergySlice>? onSlice, RunOpening? opening = null, RunEnding? ending = null)
    {
        var survey = Survey(open, ref opening, ending);
        return Build(open, opening, survey, null, onSlice);
    }

    static TracePrescan Survey(Func<Stream> open, [NotNull] ref RunOpening? opening, RunEnding? ending)
    {
        using var stream = open();
        var reader = new TraceReader(stream);
        opening = ReadOpening(reader, opening);
        var survey = new TracePrescan(opening, ending);
        while (reader.Read())
            survey.AddBlock(reader);
        survey.Damage = reader.Damage;
        survey.StuckMeters.Complete();
        return survey;
    }

    /// <summary>Builds the record of one rank from the trace of a run, as far as the trace goes.</summary>
    /// <remarks>
    /// The job is the rank; other ranks count with other processes. Start, duration and exit code are the rank's. The machine's energy is that
    /// of the slices in which the rank ran.
    /// </remarks>
    /// <param name="open">Opens the trace from its start; called twice.</param>
    /// <param name="member">Number of the rank in the order of joining (<see cref="RankEvent.Member"/>).</param>
    /// <exception cref="TraceDamagedException">The trace has no opening that can be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The trace has no such rank.</exception>
    public static RunRecord BuildRank(Func<Stream> open, int member)
    {
        RunOpening? opening = null;
        var survey = Survey(open, ref opening, null);
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, survey.Ranks.Members.Count);
        return Build(open, opening, survey, member);
    }

    static RunRecord Build(Func<Stream> open, RunOpening opening, TracePrescan survey, int? member, Action<JobEnergySlice>? onSlice = null)
    {
        var modelled = new List<Gap>();
        var builder = new RecordBuilder(FallbackBases.Apply(opening, survey.StuckMeters, modelled), survey, modelled, member)
        {
            _onSlice = onSlice,
        };
        using (var stream = open())
        {
            var reader = new TraceReader(stream);
            ReadOpening(reader, opening);
            var readings = new Reading[opening.Meters.Length];
            while (reader.Read())
            {
                if (reader.Kind is TraceBlock.Rank or TraceBlock.RankValues)
                    builder._ranks?.AddBlock(reader);
                if (reader.Kind != TraceBlock.Sample)
                    continue;
                var timestamp = reader.ReadSample(readings);
                survey.StuckMeters.Replace(timestamp, readings);
                builder.AddSample(timestamp, readings);
            }
        }

        return builder.Finish();
    }

    static RunOpening ReadOpening(TraceReader reader, RunOpening? known)
    {
        if (!reader.Read() || reader.Kind != TraceBlock.Opening)
            throw new TraceDamagedException(reader.Damage ?? "The trace has no opening block, so its run is unknown.");
        if (known is not null)
            return known;
        try
        {
            return JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunOpening)
                ?? throw new TraceDamagedException("The trace's opening block is empty.");
        }
        catch (JsonException error)
        {
            throw new TraceDamagedException("The trace's opening block cannot be read: " + error.Message, error);
        }
    }

    MeterWindow CreateWindow(string id, ComponentAttribution account, DeviceUsageTracker? device)
    {
        for (var i = 0; i < _opening.Meters.Length; i++)
        {
            if (_opening.Meters[i].Id == id)
            {
                var window = new MeterWindow(_opening.Meters[i], i, account, device);
                window.Window.Ranks = _ranks?.CreateAmounts();
                return window;
            }
        }

        throw new TraceDamagedException($"The trace's opening names meter '{id}' for {account.Basis.Component}, but does not describe it.");
    }

    void AddSample(long timestamp, ReadOnlySpan<Reading> readings)
    {
        var seconds = (timestamp - _slice.To) / 1e9;
        var (busy, polled, peers, memory) = _use.AddSample(readings, seconds);
        foreach (var device in _devices)
            device.AddSample(readings, seconds);
        foreach (var tally in _tallies)
            tally.AddReading(readings[tally.Index], timestamp);
        _ranks?.AddSample(_slice.To, timestamp);
        if (!_hasFirstSample)
        {
            _hasFirstSample = true;
            _slice.Restart(timestamp);
            foreach (var meter in _metered)
            {
                meter.Window.Restart(timestamp);
                AddMeterReading(meter, readings[meter.Index], timestamp);
            }

            if (_plug is not null)
            {
                _plug.Meter.Window.Restart(timestamp);
                AddPlugReading(_plug, readings[_plug.Meter.Index], timestamp);
            }

            return;
        }

        var missed = _prescan.GetMissedSeconds(Math.Max(0, busy - polled - peers), polled, seconds);
        var job = polled + missed;
        _ranks?.AddMissed(missed);
        busy = Math.Max(busy, job);
        var others = _use.ClaimOthers(busy, job, missed, seconds);
        var from = _slice.To;
        _slice.Restart(from);
        _slice.Add(timestamp, seconds, busy, job, peers, memory, _use.PeersHeld, others);
        _slice.Add(_ranks);
        foreach (var (account, device) in _modelled)
        {
            if (seconds <= 0)
                break;
            if (device is not null)
            {
                _deviceSlice.Restart(from);
                _deviceSlice.Add(timestamp, seconds, busy, job, peers, memory, _use.PeersHeld, others);
                _deviceSlice.Add(device.Slice);
                _deviceSlice.Add(_ranks);
                account.SplitModelledDevice(_deviceSlice);
                AddSlice(account, account.Basis.Device, _deviceSlice);
                continue;
            }

            if (account.Basis.Component == Component.Memory)
                account.SplitModelledMemory(_slice);
            else
                account.SplitModelledCpu(_slice);
            AddSlice(account, null, _slice);
        }

        foreach (var meter in _metered)
        {
            meter.Window.Add(timestamp, seconds, busy, job, peers, memory, _use.PeersHeld, others);
            meter.Window.Add(_ranks);
            if (meter.Device is { } device)
                meter.Window.Add(device.Slice);
            AddMeterReading(meter, readings[meter.Index], timestamp);
        }

        if (_plug is not null)
        {
            _plug.Meter.Window.Add(timestamp, seconds, busy, job, peers, memory, _use.PeersHeld, others);
            _plug.Meter.Window.Add(_ranks);
            AddPlugReading(_plug, readings[_plug.Meter.Index], timestamp);
        }

        AddPendingOther(isFinal: false);
    }

    void AddMeterReading(MeterWindow meter, Reading reading, long timestamp)
    {
        if (!TryCount(meter, reading, timestamp, out var joules))
            return;
        if (meter.Window.Seconds > 0 && joules is { } counted)
        {
            meter.AddJoules(counted);
            meter.Idle.Add(counted, meter.Window.Seconds, IsIdle(meter));
            var by = meter.Device is not null ? meter.Window.GetDeviceShares()
                : meter.Account.Basis.Component == Component.Memory ? meter.Window.GetMemoryShares()
                : meter.Window.GetProcessorShares(_opening.Machine.Threads, _opening.ReservedShare);
            meter.Account.SplitMetered(counted, by, meter.Window.Seconds, meter.Account.Basis.Meters.Length);
            AddSlice(meter.Account, meter.Account.Basis.Device ?? meter.Meter.Device, meter.Window);
        }

        meter.Window.Restart(timestamp);
    }

    /// <summary>Whether the processors, or a device whose holders are known, were idle in the window of a meter.</summary>
    bool IsIdle(MeterWindow meter) => meter.Account.Basis.Component switch
    {
        Component.Cpu => meter.Window.Busy <= IdleStretches.MaxBusyShare * _opening.Machine.Threads * meter.Window.Seconds,
        Component.Gpu => meter.Device is { KnowsHolders: true } && meter.Window is { DeviceBusy: 0 } && meter.Window.GetDeviceShares() is { Held: 0, OthersHeld: 0 },
        _ => false,
    };

    /// <summary>What meters showed while idle; null if none was for long enough.</summary>
    IdlePower[]? BuildIdlePowers()
    {
        foreach (var meter in _metered)
            meter.Idle.Close();
        var seen = _metered.Where(meter => meter.Idle.Watts is not null).Select(meter => new IdlePower(
            meter.Meter.Id, meter.Account.Basis.Component, meter.Account.Basis.Device, meter.Idle.Watts!.Value.Lowest, meter.Idle.Watts.Value.Highest, meter.Idle.TotalSeconds)).ToArray();
        return seen.Length == 0 ? null : seen;
    }

    void AddPlugReading(PlugMeterBalance plug, Reading reading, long timestamp)
    {
        var meter = plug.Meter;
        if (!TryCount(meter, reading, timestamp, out var joules))
            return;
        if (joules is not { } counted)
        {
            AttributeWithoutPlug(plug);
            meter.Window.Restart(timestamp);
            return;
        }

        meter.AddJoules(counted);
        plug.AddJoules(counted);
        // Energy that a part has not reported yet would otherwise count as that of all other parts.
        if (meter.Window.Seconds <= 0 || !plug.CoversParts || _metered.Exists(other => other.Window.Seconds > 0))
            return;
        AttributePlugEnergy(plug);
        meter.Window.Restart(timestamp);
    }

    void AttributePlugEnergy(PlugMeterBalance plug)
    {
        if (plug.Processors is { } processors)
        {
            plug.AttributeToProcessors(plug.Meter.Window, _opening.Machine.Threads, _opening.ReservedShare);
            _ranks?.Split(processors, null, plug.Meter.Window);
            _ranks?.KeepProcessorParts(plugged: true);
            AddSlice(Component.Cpu, null, processors, plug.Meter.Window);
        }

        if (_other is null)
        {
            _ranks?.ForgetProcessorParts(plugged: true);
            return;
        }

        plug.AttributeToOther(_other);
        _ranks?.SplitLikeProcessors(_other, plugged: true);
        _ranks?.ForgetProcessorParts(plugged: true);
        AddSlice(Component.Other, null, _other, plug.Meter.Window);
    }

    /// <summary>In a time without a plug reading, all other parts are modelled by k, as without a plug meter.</summary>
    void AttributeWithoutPlug(PlugMeterBalance plug)
    {
        var parts = new Microjoules[ComponentAttribution.PartCount];
        var amounts = plug.DrainPending(parts);
        if (_other is null || amounts.Count == 0)
        {
            _ranks?.ForgetProcessorParts(plugged: true);
            return;
        }

        _other.SplitOtherEnergyLikeProcessors([.. amounts], parts[0] + parts[1] + parts[2] + parts[3] == Microjoules.Zero ? ComponentAttribution.AllIdle : parts);
        _ranks?.SplitLikeProcessors(_other, plugged: true);
        _ranks?.ForgetProcessorParts(plugged: true);
        AddSlice(Component.Other, null, _other, plug.Meter.Window);
    }

    /// <summary>Processes a reading of an energy meter.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="timestamp">Time of the reading.</param>
    /// <param name="joules">Energy since its window began; null if it is unknown.</param>
    /// <returns>False if there was no usable value, so that its window continues.</returns>
    bool TryCount(MeterWindow meter, Reading reading, long timestamp, out double? joules)
    {
        joules = null;
        if (reading.Reason is { } reason)
        {
            meter.OpenGap ??= reason;
            return false;
        }

        var (outcome, counted) = meter.AddReading(reading, timestamp, MaxBridgedSeconds);
        switch (outcome)
        {
            case CounterOutcome.Counted when meter.OpenGap is { } stuck && _prescan.StuckMeters.HasLost(meter.Index, timestamp):
                AddGap(meter, stuck);
                break;
            case CounterOutcome.Counted or CounterOutcome.Wrapped:
                joules = counted;
                if (meter.OpenGap is { } bridged && meter.Window.Seconds > 0)
                    _warnings.Add(new Warning("gap-bridged", $"{meter.Meter.Id} could not be read for {meter.Window.Seconds:0.0} s "
                        + $"({bridged}); its counter continued, and the energy in between is spread evenly."));
                break;
            case CounterOutcome.Reset:
                AddGap(meter, meter.OpenGap ?? "the counter was reset or jumped");
                break;
            case CounterOutcome.Ambiguous:
                AddGap(meter, meter.OpenGap ?? "not read for so long that the counter may have wrapped more than once");
                break;
            case CounterOutcome.First when meter.Window.Seconds > 0:
                AddGap(meter, meter.OpenGap ?? "no reading yet");
                break;
            default:
                break;
        }

        meter.OpenGap = null;
        return true;
    }

    /// <summary>A power is interpolated over at most three missed samples; over a longer time it is unknown.</summary>
    double MaxBridgedSeconds => 3.5 * _opening.PeriodSeconds;

    void AddGap(MeterWindow meter, string reason)
    {
        meter.Idle.Close();
        _gaps.Add(new Gap(meter.Meter.Id, meter.Window.From / 1e9, meter.Window.To / 1e9, reason));
    }

    /// <summary>Adds a slice of one component, and of the other parts that depend on it.</summary>
    void AddSlice(ComponentAttribution account, string? device, UsageWindow window)
    {
        var component = account.Basis.Component;
        _ranks?.Split(account, device, window);
        AddSlice(component, device, account, window);
        if (component == Component.Gpu)
            _held[device ?? ""] = _held.GetValueOrDefault(device ?? "") + (window.GetDeviceShares().Held * GetSubjectShare(account) * window.Seconds);
        if (_plug is not null)
        {
            _plug.Add(account);
            if (component is Component.Cpu or Component.Gpu)
                _ranks?.KeepProcessorParts(plugged: true);
            return;
        }

        if (_other is null)
            return;
        if (component is Component.Cpu or Component.Gpu)
        {
            _ranks?.KeepProcessorParts(plugged: false);
            _other.SplitOtherEnergy(account.JobAmounts, account.MachineAmounts, account.Parts);
            _ranks?.SplitLikeLast(_other);
            AddSlice(Component.Other, null, _other, window);
            for (var i = 0; i < _processorParts.Length; i++)
                _processorParts[i] += account.Parts[i];
            return;
        }

        _pendingSpan = (_pendingOther.Count == 0 ? window.From : _pendingSpan.From, window.To);
        _pendingOther.AddRange(account.MachineAmounts);
    }

    /// <summary>
    /// Adds the other parts that go with memory when all processors and devices of the slice are known, by which they are split. In a
    /// time without a reading of those they wait for the next one; at the end, without any, they are idle.
    /// </summary>
    void AddPendingOther(bool isFinal)
    {
        var isKnown = _processorParts[0] + _processorParts[1] + _processorParts[2] + _processorParts[3] != Microjoules.Zero;
        if (_other is not null && _pendingOther.Count > 0 && (isKnown || isFinal))
        {
            _other.SplitOtherEnergyLikeProcessors(
                CollectionsMarshal.AsSpan(_pendingOther), isKnown ? _processorParts : ComponentAttribution.AllIdle);
            _ranks?.SplitLikeProcessors(_other, plugged: false);
            AddSlice(Component.Other, null, _other, _pendingSpan.From, _pendingSpan.To);
            _pendingOther.Clear();
        }

        Array.Clear(_processorParts);
        _ranks?.ForgetProcessorParts(plugged: false);
    }

    void AddSlice(Component component, string? device, ComponentAttribution account, UsageWindow window) =>
        AddSlice(component, device, account, window.From, window.To);

    void AddSlice(Component component, string? device, ComponentAttribution account, long from, long to)
    {
        if (_subject is not null)
        {
            AddSubjectSlice(component, device, account, from, to);
            return;
        }

        _job.Add(component, device, account.Parts[0], account.JobAmounts, 1);
        _others.Add(component, device, account.Parts[1], [], 1);
        _idle.Add(component, device, account.Parts[2], [], 1);
        _unexplained.Add(component, device, account.Parts[3], [], 1);
        _machine.Add(component, device, account.Energy, account.MachineAmounts, 1);
        _apportionment.Add(component, device, from, to, account.Parts[0], account.JobAmounts);
        PassOn(component, device, account, from, to);
    }

    /// <summary>Passes a slice on. What goes along with processors and devices is idle to the same share as these since it was last added.</summary>
    void PassOn(Component component, string? device, ComponentAttribution account, long from, long to)
    {
        if (_onSlice is null)
            return;
        var (active, idle) = (account.JobActive, account.JobIdle);
        if (component is Component.Cpu or Component.Gpu)
            _sinceOther = (_sinceOther.Active + active, _sinceOther.Idle + idle);
        else if (component == Component.Other)
        {
            (active, idle) = _sinceOther.Active + _sinceOther.Idle > 0 ? _sinceOther : _lastOther;
            (_lastOther, _sinceOther) = ((active, idle), default);
        }

        var job = account.Parts[0];
        var idleShare = active + idle > 0 ? idle / (active + idle) : 0;
        _onSlice(new JobEnergySlice(component, device, from, to, job, new Microjoules((long)Math.Round(job.Value * idleShare))));
    }

    /// <summary>Adds the rank's part of a slice as the job's. Other ranks count with other processes.</summary>
    void AddSubjectSlice(Component component, string? device, ComponentAttribution account, long from, long to)
    {
        var part = _ranks!.Parts[_subjectNumber];
        var share = GetSubjectShare(account);
        // Processor time that became known at the end is spread over the run, so a part may lie outside the rank's own time.
        if (to <= _span.From || from >= _span.To)
        {
            if (part == Microjoules.Zero)
                return;
            _machine.Add(component, device, part, account.JobAmounts, share);
        }
        else
        {
            _machine.Add(component, device, account.Energy, account.MachineAmounts, 1);
            _others.Add(component, device, account.Parts[1] + account.Parts[0] - part, [], 1);
            _idle.Add(component, device, account.Parts[2], [], 1);
            _unexplained.Add(component, device, account.Parts[3], [], 1);
        }

        _job.Add(component, device, part, account.JobAmounts, share);
        var amounts = new RatedAmount[account.JobAmounts.Length];
        for (var i = 0; i < amounts.Length; i++)
            amounts[i] = account.JobAmounts[i] with { Amount = account.JobAmounts[i].Amount * share };
        var (start, end) = (Math.Clamp(from, _span.From, _span.To - 1), Math.Clamp(to, _span.From + 1, _span.To));
        _apportionment.Add(component, device, start - _span.From, Math.Max(start + 1, end) - _span.From, part, amounts);
    }

    /// <summary>The share of the job's energy in the last slice that is the rank's; 1 for the whole run.</summary>
    double GetSubjectShare(ComponentAttribution account) => _subject is null ? 1
        : account.Parts[0] == Microjoules.Zero ? 0 : (double)_ranks!.Parts[_subjectNumber].Value / account.Parts[0].Value;

    /// <summary>A device may be used by the job if any of its ranks may.</summary>
    static RunOpening AllowDevicesOf(RunOpening opening, IReadOnlyList<RankMember> members) => opening with
    {
        Bases = [.. opening.Bases.Select(basis => basis.Component == Component.Gpu
            ? basis with { Excluded = members.All(member => member.Joined.ExcludedDevices.Contains(basis.Device ?? "", StringComparer.Ordinal)) }
            : basis)],
    };

    /// <summary>The ranks by number, with their parts of the job's energy.</summary>
    RankRecord[]? BuildRanks() => _ranks is null || _subject is not null ? null :
        [.. _ranks.Members.Index().OrderBy(one => one.Item.Joined.Rank).Select(one => new RankRecord(
            one.Item.Joined.Rank, one.Item.Joined.LocalRank, one.Item.Left?.ExitCode,
            one.Item.GetStart(_prescan.End) / 1e9, (one.Item.GetEnd(_prescan.End) - one.Item.GetStart(_prescan.End)) / 1e9,
            one.Item.CpuSeconds, _ranks.GetEnergy(one.Index).ToEnergyUses()))];

    /// <summary>Share of the threads that was reserved for the ranks together, mean over the record's time; null if nothing was reserved.</summary>
    double? GetReservedShare()
    {
        if (_ranks is null || !_ranks.Members.Any(member => member.Joined.ReservedShare is not null))
            return _opening.ReservedShare;
        if (_subject is not null)
            return _subject.Joined.ReservedShare is { } own ? own / _ranks.Members.Count(member => member.Joined.Reservation == _subject.Joined.Reservation) : null;
        var held = _ranks.Members.Where(member => member.Joined.ReservedShare is not null).GroupBy(member => member.Joined.Reservation, StringComparer.Ordinal)
            .Sum(group => group.First().Joined.ReservedShare!.Value
                * (group.Max(member => member.GetEnd(_prescan.End)) - group.Min(member => member.GetStart(_prescan.End))));
        var free = _ranks.Members.Where(member => member.Joined.ReservedShare is null).Sum(member => member.CpuSeconds) * 1e9 / _opening.Machine.Threads;
        return Math.Min(1, (held + free) / _prescan.End);
    }

    RunRecord Finish()
    {
        if (_plug is not null)
            FinishPlug(_plug);
        AddPendingOther(isFinal: true);
        foreach (var meter in _plug is null ? _metered : [.. _metered, _plug.Meter])
        {
            if (meter.Window.Seconds > 0)
                AddGap(meter, meter.OpenGap ?? "no reading at the end");
        }

        foreach (var gap in _replaced)
            _warnings.Add(new Warning("unmetered", $"{gap.Meter} gave no usable reading in {gap.To - gap.From:0.0} s ({gap.Reason}); "
                + "what it should have measured was modelled instead."));
        foreach (var gap in _gaps.GroupBy(gap => gap.Meter))
            _warnings.Add(new Warning("unmetered", $"{gap.Key} had no usable reading for {gap.Sum(part => part.To - part.From):0.0} "
                + $"of {_prescan.End / 1e9:0.0} s ({gap.First().Reason}); its energy in that time is unknown and not in the figures."));
        CheckClock();
        WarnOfRanks();
        var (stages, epochs, steps) = (_apportionment.BuildStages(), _apportionment.BuildEpochs(), _apportionment.BuildStepSeries(_opening.Machine.Gpus?.Count ?? 0));
        WarnOfLateMarks(stages, epochs, steps);
        if (_prescan.Damage is { } damage)
            _warnings.Add(new Warning("trace-damaged", damage));
        if (_subject is not null)
            return FinishRank(_subject, stages, epochs, steps);
        if (_prescan.MissedSeconds > 0.2 * _prescan.JobSeconds && _prescan.MissedSeconds > 0.05)
            _warnings.Add(new Warning("settled-at-exit", $"{_prescan.MissedSeconds:0.00} of {_prescan.JobSeconds:0.00} CPU-seconds "
                + "became known only when processes had ended; they are spread over the run by the machine's busy time."));
        var ending = _prescan.Ending;
        return new RunRecord
        {
            Opening = (ending?.Place is { } place ? _opening with { Place = place } : _opening) with { Job = ending?.Job ?? _opening.Job, Rates = BuildSampledRates(), Fallback = null, ReservedShare = GetReservedShare() },
            Status = ending is null or { Interrupted: true } ? RunStatus.Interrupted : ending.ExitCode == 0 ? RunStatus.Completed : RunStatus.Failed,
            ExitCode = ending?.ExitCode,
            DurationSeconds = _prescan.End / 1e9,
            JobCpuSeconds = _prescan.JobSeconds,
            Samples = _prescan.Samples,
            Components = BuildComponents(),
            Counts = [.. _tallies.Select(tally => tally.GetCount()).OfType<MeterCount>()],
            Stages = stages,
            Epochs = epochs,
            Ranks = BuildRanks(),
            StepSeries = steps,
            QuarterHours = _apportionment.BuildQuarterHours(),
            Gaps = [.. _replaced, .. _gaps],
            Notes = [.. _apportionment.Notes],
            IdlePowers = BuildIdlePowers(),
            Traffic = ending?.Traffic,
            Timing = ending?.Timing,
            Overhead = ending?.Overhead,
            Warnings = [.. _opening.Warnings, .. ending?.Warnings ?? [], .. _warnings],
        };
    }

    /// <summary>The record of one rank. What only the end of the run can tell is not in it.</summary>
    RunRecord FinishRank(RankMember rank, ImmutableArray<StageRecord> stages, ImmutableArray<EpochRecord> epochs, IReadOnlyList<StepSeriesRecord>? steps) => new()
    {
        Opening = _opening with
        {
            Rank = rank.Joined.Rank,
            StartedAt = _opening.StartedAt.AddTicks(_span.From / 100),
            Rates = BuildSampledRates(),
            Fallback = null,
            ReservedShare = GetReservedShare(),
        },
        Status = rank.Left?.ExitCode is not { } code ? RunStatus.Interrupted : code == 0 ? RunStatus.Completed : RunStatus.Failed,
        ExitCode = rank.Left?.ExitCode,
        DurationSeconds = (_span.To - _span.From) / 1e9,
        JobCpuSeconds = rank.CpuSeconds,
        Samples = _prescan.Samples,
        Components = BuildComponents(),
        Stages = stages,
        Epochs = epochs,
        StepSeries = steps,
        QuarterHours = _apportionment.BuildQuarterHours(),
        Gaps = [.. new[] { _replaced, _gaps }.SelectMany(gaps => gaps).Where(gap => gap.To > _span.From / 1e9 && gap.From < _span.To / 1e9)
            .Select(gap => gap with { From = Math.Max(0, gap.From - (_span.From / 1e9)), To = (Math.Min(_span.To, gap.To * 1e9) - _span.From) / 1e9 })],
        Notes = [.. _apportionment.Notes],
        Overhead = rank.Left?.Overhead,
        Warnings = [.. _opening.Warnings, .. rank.Left?.Warnings ?? [], .. _warnings],
    };

    ImmutableArray<ComponentEnergy> BuildComponents()
    {
        var seconds = (_span.To - _span.From) / 1e9;
        return [.. _machine.ToEnergyUses().Select(use => new ComponentEnergy(
            use.Component, use.Device, GetQuality(use.Component, use.Device),
            _job.GetEnergy(use.Component, use.Device).Value, _others.GetEnergy(use.Component, use.Device).Value,
            _idle.GetEnergy(use.Component, use.Device).Value, use.Microjoules,
            _job.GetAmounts(use.Component, use.Device), use.Amounts)
        {
            UnexplainedMicrojoules = CountsOthers(use.Component, use.Device) ? _unexplained.GetEnergy(use.Component, use.Device).Value : null,
            HeldShare = use.Component == Component.Gpu && seconds > 0 ? Math.Clamp(_held.GetValueOrDefault(use.Device ?? "") / seconds, 0, 1) : null,
        })];
    }

    /// <summary>Whether other processes have an account of their own in a component; the parts that go with others have theirs.</summary>
    bool CountsOthers(Component component, string? device) => component == Component.Gpu
        ? _opening.Meters.Any(meter => meter is { Kind: MeterKind.DeviceTime, Role: MeterRole.Processes } && meter.Device == device)
        : _opening.Meters.Any(meter => meter is { Kind: MeterKind.CpuTime, Role: MeterRole.Processes });

    /// <summary>Warns of ranks whose end nobody saw, in the record of the whole run.</summary>
    void WarnOfRanks()
    {
        if (_ranks is null || _subject is not null)
            return;
        var unseen = _ranks.Members.Where(member => member.Left?.ExitCode is null).Select(member => member.Joined.Rank).Order().ToList();
        if (unseen.Count > 0)
            _warnings.Add(new Warning("rank-unseen", $"The tonne of {(unseen.Count == 1 ? "rank" : "ranks")} {string.Join(", ", unseen)} ended before its command: "
                + "the exit code is unknown, and CPU time after the last sample is not counted."));
        if (_ranks.Members.Any(member => member.Left?.Warnings.IsEmpty == false))
            _warnings.AddRange(_ranks.Members.SelectMany(member => member.Left?.Warnings ?? []).Distinct());
    }

    /// <summary>Warns of stages, epochs and steps whose energy is unknown because the output was buffered.</summary>
    void WarnOfLateMarks(ImmutableArray<StageRecord> stages, ImmutableArray<EpochRecord> epochs, IReadOnlyList<StepSeriesRecord>? steps)
    {
        List<string> late = [];
        if (stages.Count(stage => stage.IsLate) is > 0 and var lateStages)
            late.Add(lateStages == 1 ? "1 stage" : $"{lateStages} stages");
        if (epochs.Count(epoch => epoch.IsLate) is > 0 and var lateEpochs)
            late.Add(epochs.Length == 1 ? "the epoch" : lateEpochs == epochs.Length ? $"all {lateEpochs} epochs" : $"{lateEpochs} of {epochs.Length} epochs");
        if (steps?.Any(series => series.Spans.IsEmpty) == true)
            late.Add("the steps");
        if (late.Count > 0)
            _warnings.Add(new Warning(
                "output-buffered", $"The program's output came from a buffer, many lines at once: time and energy of {string.Join(" and ", late)} are unknown.",
                "Let it write each line at once: python -u, or PYTHONUNBUFFERED=1."));
    }

    /// <summary>Closes windows that still wait for a plug reading.</summary>
    void FinishPlug(PlugMeterBalance plug)
    {
        if (!plug.HasPending)
            return;
        if (plug.Meter.OpenGap is not null || plug.Meter.Counted.Seconds <= 0)
        {
            AttributeWithoutPlug(plug);
        }
        else if (plug.CoversParts)
        {
            AttributePlugEnergy(plug);
            plug.Meter.Window.Restart(plug.Meter.Window.To);
        }
        else
        {
            plug.CloseWithExcess();
            plug.Meter.Window.Restart(plug.Meter.Window.To);
        }

        if (plug.Excess > Math.Max(1, 0.02 * plug.Total))
            _warnings.Add(new Warning("plug-below-parts", $"The plug counted {plug.Total:0.0} J, {plug.Excess:0.0} J less than the "
                + "sum of the machine's parts: a counter may be read twice, or a modelled part is too high. For that time, 'other' "
                + "is 0 and the machine is the sum of its parts."));
    }

    /// <summary>The rates, with the uncertainty of power sampling as a factor of each rate that depends on it.</summary>
    ImmutableArray<Rate> BuildSampledRates()
    {
        var sampled = (_plug is null ? _metered : [.. _metered, _plug.Meter]).Where(meter => meter.Integral is { Samples: > 1 }).ToList();
        if (sampled.Count == 0)
            return _opening.Rates;
        var factors = sampled.ToDictionary(meter => Rate.GetSamplingFactorId(meter.Meter.Id), meter => meter.Integral!.GetTrueEnergyRatio(meter.Meter.LimitWatts), StringComparer.Ordinal);
        return [.. _opening.Rates.Select(rate => rate with
        {
            Derivation = rate.Derivation.ReplaceFactors(factor => factors.TryGetValue(factor.Id, out var bounds) ? factor with { Bounds = bounds } : factor),
        })];
    }

    /// <summary>Busy and idle come from their own counters; together they must be the machine's time.</summary>
    void CheckClock()
    {
        var (busy, idle, capacity) = _use.Machine;
        var missing = capacity - busy - idle;
        if (busy + idle == 0 && capacity > _opening.Machine.Threads
            && _opening.Meters.Any(meter => meter is { Kind: MeterKind.CpuTime, Role: MeterRole.Idle }))
        {
            _warnings.Add(new Warning("machine-time", $"Busy and idle time of the machine did not change in {_prescan.End / 1e9:0.0} s: "
                + "it was assumed that nothing but the known jobs used the processors."));
        }
        else if (idle > 0 && Math.Abs(missing) > Math.Max(1, 0.1 * capacity))
            _warnings.Add(new Warning("machine-time", $"Busy {busy:0.0} s and idle {idle:0.0} s do not add up to {capacity:0.0} "
                + $"thread-seconds: {missing:0.0} s went to other guests of the host or are unaccounted for."));
    }

    Quality GetQuality(Component component, string? device) =>
        _opening.Bases.FirstOrDefault(basis => basis.Component == component && (basis.Device is null || basis.Device == device))?.Quality ?? Quality.Assumed;
}
