using System.Text.Json;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>The result of the first pass over a trace: marks, end, and the CPU time that sampling missed.</summary>
sealed class TracePrescan(RunOpening opening, RunEnding? known)
{
    readonly MachineUsageTracker _use = new(opening);
    readonly StuckMeters _stuck = new(opening);
    readonly Reading[] _readings = new Reading[opening.Meters.Length];
    long _last;
    double _unclaimed;

    public List<Mark> Marks { get; } = [];

    /// <summary>Ranks of the run; no members if it has none.</summary>
    public RankUsageTracker Ranks { get; } = new();

    public RunEnding? Ending { get; private set; }

    public int Samples { get; private set; }

    public string? Damage { get; set; }

    /// <summary>Meters that did not change. Complete when all blocks have been added.</summary>
    public StuckMeters StuckMeters => _stuck;

    public long End => Math.Max(1, Ending?.Timestamp ?? _last);

    public double JobSeconds => Ending?.JobCpuNanoseconds is { } settled ? settled / 1e9
        : Ranks.Members.Count > 0 ? Math.Max(_use.JobPolled, Ranks.Members.Sum(member => member.CpuSeconds)) : _use.JobPolled;

    public double MissedSeconds => Math.Max(0, JobSeconds - _use.JobPolled);

    public void AddBlock(TraceReader reader)
    {
        switch (reader.Kind)
        {
            case TraceBlock.Sample:
                var timestamp = reader.ReadSample(_readings);
                Ranks.CountSample();
                var seconds = (timestamp - _last) / 1e9;
                var (busy, job, peers, _) = _use.AddSample(_readings, seconds);
                _unclaimed += Math.Max(0, busy - job - peers);
                _stuck.AddSample(timestamp, _readings, seconds, busy);
                _last = Math.Max(_last, timestamp);
                Samples++;
                break;
            case TraceBlock.Mark when JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.Mark) is { } mark:
                Marks.Add(mark);
                _last = Math.Max(_last, mark.Timestamp);
                break;
            case TraceBlock.Ending:
                Ending = known ?? JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunEnding);
                break;
            case TraceBlock.Rank or TraceBlock.RankValues:
                Ranks.AddBlock(reader);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// The part of the missed CPU time that belongs to a slice; negative if samples had more than the kernel's final account.
    /// </summary>
    public double GetMissedSeconds(double unclaimed, double polled, double seconds)
    {
        var missed = JobSeconds - _use.JobPolled;
        if (missed < 0)
            return polled * missed / _use.JobPolled;
        if (missed == 0)
            return 0;
        return _unclaimed > 0 ? missed * unclaimed / _unclaimed : missed * seconds * 1e9 / End;
    }
}
