using Tonne.Instruments.Feeds;

namespace Tonne.Cli.Configuration;

/// <summary>The settings of publishers of grid intensity: <c>grid.PROVIDER.key</c> and <c>grid.PROVIDER.url</c>, from tonne.yaml or TONNE_GRID_PROVIDER_KEY.</summary>
sealed class FeedSettings
{
    /// <summary>The first part of their keys.</summary>
    internal const string Group = "grid";

    readonly Dictionary<string, (string Value, string Origin)> _given = new(StringComparer.Ordinal);

    /// <summary>The settings that were given, by name, with value and origin.</summary>
    public IReadOnlyDictionary<string, (string Value, string Origin)> Given => _given;

    /// <summary>Ids of the publishers, the first four with a key.</summary>
    internal static IReadOnlyList<string> Publishers { get; } =
        ["electricity-maps", "watttime", "entsoe", "eia", "neso", "energinet", "eirgrid", "rte", "elia", "caiso", "nyiso", "ercot", "energy-charts"];

    const int PublishersWithKey = 4;

    /// <summary>All names that there are.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Publishers.Take(PublishersWithKey).Select(id => $"{Group}.{id}.key"), .. Publishers.Select(id => $"{Group}.{id}.url")];

    /// <summary>The value of a setting; null if it is not given.</summary>
    public string? Find(string name) => _given.TryGetValue(name, out var given) ? given.Value : null;

    /// <summary>Takes a value, if its name is one of theirs.</summary>
    internal bool TryPut(string name, string value, string origin)
    {
        if (!Names.Contains(name, StringComparer.Ordinal))
            return false;
        _given[name] = (value, origin);
        return true;
    }

    /// <summary>Takes the values of environment variables.</summary>
    internal void PutFromEnvironment(Func<string, string?> variable)
    {
        var read = FeedOptions.SettingsFromEnvironment(variable);
        foreach (var name in Names)
        {
            if (read(name) is { } value)
                _given[name] = (value, "environment");
        }
    }
}
