using System.Diagnostics;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Hosting;

/// <summary>Makes stages of a run from spans: a span of a chosen name begins a stage when it starts and ends it when it stops.</summary>
/// <remarks>
/// Stages do not overlap: a span that starts while another is open ends that one's stage. The tags <c>tonne.rows</c> and <c>tonne.columns</c>, given when
/// the span is created, are the shape of the data that the stage takes in.
/// </remarks>
sealed class SpanStages : IDisposable
{
    const string Property = "tonne.stage";

    readonly RecordedRun _run;
    readonly ActivityListener _listener;

    /// <summary>Listens from now on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="names">Names of the spans, each valid for a stage.</param>
    public SpanStages(RecordedRun run, ISet<string> names)
    {
        _run = run;
        var chosen = names.ToHashSet(StringComparer.Ordinal);
        _listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            // Other spans are left to those who listen to them: sampled for nobody, they are not created.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => chosen.Contains(options.Name) ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None,
            ActivityStarted = activity => Begin(activity, chosen),
            ActivityStopped = End,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    void Begin(Activity activity, HashSet<string> chosen)
    {
        if (!chosen.Contains(activity.OperationName))
            return;
        var shape = ReadNumber(activity, "tonne.rows") is { } rows && ReadNumber(activity, "tonne.columns") is { } columns ? new DataShape(rows, columns) : null;
        activity.SetCustomProperty(Property, _run.Stage(activity.OperationName, shape));
    }

    static void End(Activity activity) => (activity.GetCustomProperty(Property) as StageScope)?.Dispose();

    static long? ReadNumber(Activity activity, string tag) => activity.GetTagItem(tag) switch
    {
        long number and >= 0 => number,
        int number and >= 0 => number,
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
