namespace Tonne.Catalogs;

/// <summary>A name that no catalog row answers to, or more than one.</summary>
/// <param name="Kind">What was looked for, in a word: zone, region, accelerator.</param>
/// <param name="Name">The name as given.</param>
/// <param name="Ambiguous">True if several rows answer to it, false if none does.</param>
/// <param name="Nearest">The names that answer to it, or that come nearest, best first.</param>
public sealed record UnknownName(string Kind, string Name, bool Ambiguous, IReadOnlyList<string> Nearest)
{
    string ListingHint => Kind switch
    {
        "zone" => "; 'tonne catalog zones' lists them",
        "region" => "; 'tonne catalog regions' lists them",
        "accelerator" => "; 'tonne catalog hardware' lists them",
        "facility" => "; 'tonne catalog facilities' lists them",
        _ => "",
    };

    /// <summary>What is wrong and what to write instead.</summary>
    public string Message => Ambiguous
        ? $"The {Kind} \"{Name}\" is ambiguous: write one of {string.Join(", ", Nearest)}."
        : Nearest.Count == 0 ? $"The {Kind} \"{Name}\" is unknown{ListingHint}." : $"The {Kind} \"{Name}\" is unknown. Nearest: {string.Join(", ", Nearest)}.";
}
