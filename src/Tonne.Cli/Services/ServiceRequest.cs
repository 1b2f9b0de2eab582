using Tonne.Services.Requests;

namespace Tonne.Cli.Services;

/// <summary>The options of one recorded service.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Its requests and tokens.</param>
sealed record ServiceRequest(string Name, ServiceSource Source)
{
    /// <summary>Time between two looks.</summary>
    public required TimeSpan Look { get; init; }

    /// <summary>Finds the work of a model by its name; null if its architecture is unknown.</summary>
    public required Func<string, ServedModelWork?> FindWork { get; init; }
}
