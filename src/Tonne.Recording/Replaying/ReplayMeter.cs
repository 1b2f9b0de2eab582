using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Replaying;

/// <summary>A meter that replays recorded or scripted readings: for tests of programs, examples, and replays of a trace.</summary>
/// <remarks>Returns the newest reading at or before a time; a gap before the first. Not thread safe.</remarks>
public sealed class ReplayMeter : IMeter
{
    readonly List<(long Timestamp, Reading Reading)> _script;
    int _next;

    /// <summary>Creates a meter with a script.</summary>
    /// <param name="description">Description of the meter.</param>
    /// <param name="script">Readings by monotonic time in ns, in any order.</param>
    public ReplayMeter(MeterDescription description, IEnumerable<(long Timestamp, Reading Reading)> script)
    {
        Description = description;
        _script = [.. script.OrderBy(line => line.Timestamp)];
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>The meters of a recorded trace, with its samples as their scripts.</summary>
    /// <param name="descriptions">The meters, in the order of the trace's opening.</param>
    /// <param name="trace">The trace, at its start or after its opening; read to its end.</param>
    /// <exception cref="TraceDamagedException">A sample does not fit the meters.</exception>
    public static IReadOnlyList<ReplayMeter> FromTrace(IReadOnlyList<MeterDescription> descriptions, TraceReader trace)
    {
        var scripts = descriptions.Select(_ => new List<(long, Reading)>()).ToList();
        var readings = new Reading[descriptions.Count];
        while (trace.Read())
        {
            if (trace.Kind != TraceBlock.Sample)
                continue;
            var timestamp = trace.ReadSample(readings);
            for (var i = 0; i < readings.Length; i++)
                scripts[i].Add((timestamp, readings[i]));
        }

        return [.. descriptions.Zip(scripts, (description, script) => new ReplayMeter(description, script))];
    }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (_next > 0 && _script[_next - 1].Timestamp > timestamp)
            _next = 0;
        while (_next < _script.Count && _script[_next].Timestamp <= timestamp)
            _next++;
        return _next > 0 ? _script[_next - 1].Reading : Reading.FromGapReason("no reading yet");
    }
}
