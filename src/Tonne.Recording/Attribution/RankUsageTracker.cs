using System.Text.Json;
using Tonne.Hardware;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Computes what each rank used between neighbouring samples, from the rank blocks of a trace.</summary>
/// <remarks>
/// A rank's counters begin at 0 when it starts, so its first value counts too. A value that falls is taken as unchanged: it comes from an
/// account that was read less completely.
/// </remarks>
sealed class RankUsageTracker
{
    readonly List<RankMember> _members = [];
    readonly List<long> _values = [];
    readonly List<long> _last = [];
    readonly Dictionary<int, double> _held = [];
    int _meters;
    bool _hasValues;

    /// <summary>The members in the order of joining.</summary>
    internal IReadOnlyList<RankMember> Members => _members;

    /// <summary>Processes that took over the recording.</summary>
    internal int Takeovers { get; private set; }

    /// <summary>Adds a block of kind rank or rank values; others are ignored.</summary>
    internal void AddBlock(TraceReader reader)
    {
        switch (reader.Kind)
        {
            case TraceBlock.Rank when JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RankEvent) is { } change:
                Add(change);
                break;
            case TraceBlock.RankValues:
                reader.ReadRankValues(_values);
                _hasValues = true;
                break;
            default:
                break;
        }
    }

    void Add(RankEvent change)
    {
        switch (change.Kind)
        {
            case RankEventKind.Joined:
                _members.Add(new RankMember(change, _meters));
                _meters += change.Meters.Length;
                break;
            case RankEventKind.Left when change.Member >= 0 && change.Member < _members.Count:
                // A recorder that was killed may have written it, and the next one again.
                _members[change.Member].Left ??= change;
                break;
            case RankEventKind.Recorder:
                Takeovers++;
                break;
            default:
                break;
        }
    }

    /// <summary>Takes the values before a sample, and adds the growth of each member's CPU time to <see cref="RankMember.Polled"/>.</summary>
    internal void CountSample()
    {
        foreach (var member in _members)
        {
            for (var i = 0; i < member.Joined.Meters.Length; i++)
            {
                if (member.Joined.Meters[i].Kind == MeterKind.CpuTime)
                    member.Polled += TakeGrowth(member.First + i);
            }
        }

        _hasValues = false;
    }

    /// <summary>Takes the values before a sample: what each member used since the last one.</summary>
    /// <param name="slice">Receives the amounts; as many members as the whole trace has.</param>
    /// <param name="devices">Numbers of the devices, in the order of the amounts.</param>
    /// <param name="from">Start of the slice, in ns.</param>
    /// <param name="to">End of the slice, in ns.</param>
    internal void AddSample(RankAmounts slice, IReadOnlyList<string> devices, long from, long to)
    {
        slice.Clear();
        var seconds = (to - from) / 1e9;
        foreach (var (number, member) in _members.Index())
        {
            var present = Math.Max(0, Math.Min(to, member.Left?.Timestamp ?? to) - Math.Max(from, member.Joined.Timestamp)) / 1e9;
            slice.Present[number] = present;
            for (var i = 0; i < devices.Count; i++)
                slice.DeviceAllowed[i][number] = member.Joined.ExcludedDevices.Contains(devices[i]) ? 0 : present;
            for (var i = 0; i < member.Joined.Meters.Length; i++)
                AddMeter(slice, devices, number, member, member.Joined.Meters[i], member.First + i, Math.Min(seconds, present));
        }

        AddReservations(slice);
        _hasValues = false;
    }

    void AddMeter(RankAmounts slice, IReadOnlyList<string> devices, int number, RankMember member, MeterDescription meter, int index, double present)
    {
        var device = meter.Component == Component.Gpu ? IndexOf(devices, meter.Device) : -1;
        switch (meter.Kind)
        {
            case MeterKind.CpuTime:
                var grown = TakeGrowth(index);
                slice.Cpu[number] += grown;
                if (member.Joined.ReservedShare is null)
                    slice.Unreserved[number] += grown;
                break;
            case MeterKind.Memory:
                slice.Memory[number] += GetValue(index) * present;
                break;
            case MeterKind.DeviceTime when device >= 0:
                slice.DeviceTime[device][number] += TakeGrowth(index);
                break;
            case MeterKind.Holders when device >= 0:
                // Holders are known at instants only: a slice has those of the end that had more, as for the whole job.
                slice.DeviceHeld[device][number] += Math.Max(GetValue(index), _held.GetValueOrDefault(index)) * present;
                _held[index] = GetValue(index);
                break;
            default:
                break;
        }
    }

    /// <summary>Members of one reservation have equal parts of it while they run.</summary>
    void AddReservations(RankAmounts slice)
    {
        for (var i = 0; i < _members.Count; i++)
        {
            if (_members[i].Joined.ReservedShare is not { } share || slice.Present[i] <= 0)
                continue;
            var sharing = 0;
            for (var k = 0; k < _members.Count; k++)
                sharing += slice.Present[k] > 0 && _members[k].Joined.ReservedShare is not null && _members[k].Joined.Reservation == _members[i].Joined.Reservation ? 1 : 0;
            slice.Reserved[i] = share * slice.Present[i] / sharing;
        }
    }

    double TakeGrowth(int index)
    {
        while (_last.Count <= index)
            _last.Add(0);
        var before = _last[index];
        if (!_hasValues || index >= _values.Count || _values[index] <= before)
            return 0;
        _last[index] = _values[index];
        return (_values[index] - before) / 1e9;
    }

    double GetValue(int index) => index < _values.Count ? Math.Max(0, _values[index]) : 0;

    static int IndexOf(IReadOnlyList<string> devices, string? device)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            if (devices[i] == device)
                return i;
        }

        return -1;
    }
}
