namespace Tonne.Catalogs;

/// <summary>A name that matches no catalog row, or more than one.</summary>
/// <param name="Kind">Kind of item that was looked up: zone, region, accelerator.</param>
/// <param name="Name">The name as given.</param>
/// <param name="Ambiguous">True if several rows match, false if none does.</param>
/// <param name="Nearest">The names that match, or the most similar ones, best first.</param>
public sealed record UnknownName(string Kind, string Name, bool Ambiguous, IReadOnlyList<string> Nearest)
{
    /// <summary>What the name is instead and what to write, without a full stop; null if only similar names are known.</summary>
    public string? Hint { get; init; }

    string ListingHint => Kind switch
    {
        "zone" => "; 'tonne catalog zones' lists them",
        "region" => "; 'tonne catalog regions' lists them",
        "accelerator" => "; 'tonne catalog hardware' lists them",
        "facility" => "; 'tonne catalog facilities' lists them",
        _ => "",
    };

    /// <summary>Message: what is wrong and what to write instead.</summary>
    public string Message => Ambiguous
        ? $"The {Kind} \"{Name}\" is ambiguous: write one of {string.Join(", ", Nearest)}."
        : Hint is not null ? $"The {Kind} \"{Name}\" is unknown: {Hint}."
        : Nearest.Count == 0 ? $"The {Kind} \"{Name}\" is unknown{ListingHint}." : $"The {Kind} \"{Name}\" is unknown. Nearest: {string.Join(", ", Nearest)}.";
}
