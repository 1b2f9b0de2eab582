using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>Orders warnings by how much they can change a figure.</summary>
static class WarningImportance
{
    const int Default = 5;

    /// <summary>Rank by code; lower is more important. Codes that are not listed rank between.</summary>
    static readonly Dictionary<string, int> _ranks = new(StringComparer.Ordinal)
    {
        // Energy is missing or counted twice.
        ["unmetered"] = 0,
        ["gpu-unmeasured"] = 0,
        ["gpu-lost"] = 0,
        ["package-missing"] = 0,
        ["plug-below-parts"] = 0,
        ["trace-damaged"] = 0,
        ["trace-torn"] = 0,

        // A factor may be several times too low or too high.
        ["place-unknown"] = 1,
        ["place-guessed"] = 1,
        ["gpu-taken-alone"] = 2,
        ["mig-unknown"] = 2,
        // Energies of epochs are withheld.
        ["output-buffered"] = 3,
        ["descendants-alive"] = 3,
        ["meter-missing"] = 4,

        // Small, or a matter of boundary.
        ["embodied-unknown"] = 7,
        ["gap-bridged"] = 8,
        ["machine-time"] = 9,
        ["settled-at-exit"] = 9,
        ["wrapping"] = 9,
    };

    /// <summary>The warnings, the most important first; equals keep their order.</summary>
    internal static IReadOnlyList<Warning> Sort(IEnumerable<Warning> warnings) =>
        [.. warnings.OrderBy(warning => _ranks.GetValueOrDefault(warning.Code, Default))];
}
