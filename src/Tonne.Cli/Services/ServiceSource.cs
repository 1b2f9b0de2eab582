using Tonne.Cli.Commands;
using Tonne.Services.Recording;
using Tonne.Services.Sources;

namespace Tonne.Cli.Services;

/// <summary>Where requests and tokens of a service come from, as the options say.</summary>
/// <param name="Metrics">Address of the metrics; null for none.</param>
/// <param name="Pairs">Names of metrics of software that tonne does not know.</param>
/// <param name="Model">Name of the model where the metrics do not name it.</param>
sealed record ServiceSource(Uri? Metrics, IReadOnlyList<string> Pairs, string? Model)
{
    /// <summary>Opens it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="startsAtZero">Whether the server starts with the recording.</param>
    /// <exception cref="InvalidInputException">A pair is wrong.</exception>
    public IUseSource Open(TimeProvider time, bool startsAtZero)
    {
        if (Metrics is null)
            return new NoUseSource();
        try
        {
            return new MetricsUseSource(Metrics, Pairs.Count > 0 ? ServingMetricSet.FromPairs("configured", Pairs) : null, Model, time, startsAtZero);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--metric: " + error.Message);
        }
    }
}
