using System.Collections.Immutable;

namespace Tonne.Services.Recording;

/// <summary>One hour of a service: Σ models + idle = the energy of the service, to the microjoule.</summary>
public sealed record ServiceHour
{
    /// <summary>Start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Time that was recorded in it, s.</summary>
    public required double Seconds { get; init; }

    /// <summary>Time in it of which no requests and tokens are known, s: its energy is idle here.</summary>
    public double UnknownSeconds { get; init; }

    /// <summary>Energy of the service, µJ.</summary>
    public required long Microjoules { get; init; }

    /// <summary>Of this, energy that fell on no request, µJ.</summary>
    public required long IdleMicrojoules { get; init; }

    /// <summary>The models, by name.</summary>
    public ImmutableArray<ServiceModelHour> Models { get; init; } = [];
}
