using Tonne.Recording.Traces;
using Tonne.Reporting.Advising;

namespace Tonne.Reporting.Html;

/// <summary>What a page contains.</summary>
public sealed record HtmlReportOptions
{
    /// <summary>
    /// Whether it names the command, its arguments, user, machine, tags and notes, and keeps the paths in warnings. Default: no, as
    /// pages are passed on.
    /// </summary>
    public bool WithDetails { get; init; }

    /// <summary>Opens the trace of the run from its start; null if the run has none. Called several times. Default: null.</summary>
    /// <remarks>If it is damaged (<see cref="TraceDamagedException"/>), the page has no power over time.</remarks>
    public Func<Stream>? OpenTrace { get; init; }

    /// <summary>A prediction of the network that the run trained, JSON of schema <c>tonne.prediction/1</c>; null if there is none.
    /// Default: null.</summary>
    /// <remarks>If it cannot be read, the page has none.</remarks>
    public string? Prediction { get; init; }

    /// <summary>How to reduce the emissions of the run; null for a page without it. Default: null.</summary>
    /// <remarks>Levers of the hour are left out: a page is read at another time. Without details the command of the run is too.</remarks>
    public Advice? Advice { get; init; }
}
