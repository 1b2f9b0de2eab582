using System.Globalization;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>Writes down what it is called with, and throws where it is asked to.</summary>
sealed class RecordingObserver : IRunObserver
{
    public string? FailAt { get; init; }

    public List<string> Events { get; } = [];

    public void OnOpened(RunOpening opening) => Add("open", " " + opening.Name);

    /// <summary>The last meter of <see cref="ScriptedJob"/> is the package's counter, in µJ.</summary>
    public void OnSample(string runId, long timestamp, ReadOnlySpan<Reading> readings) =>
        Add("sample", string.Create(CultureInfo.InvariantCulture, $" {timestamp / 1_000_000_000} s: {readings[^1].Value}"));

    public void OnMark(string runId, Mark mark) => Add(mark.Kind.ToString(), " " + mark.Name);

    public void OnFinished(RunResult result) => Add("end", " " + result.Record.Opening.Name);

    void Add(string what, string detail)
    {
        if (what == FailAt)
            throw new InvalidOperationException(what);
        Events.Add(what + detail);
    }
}
