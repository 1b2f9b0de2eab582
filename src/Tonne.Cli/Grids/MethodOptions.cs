using System.CommandLine;
using Tonne.Cli.Commands;
using Tonne.Quantities;

namespace Tonne.Cli.Grids;

/// <summary>The options that choose how intensities are known: the publisher, and the basis.</summary>
/// <remarks>Without them the basis is lifecycle where a publisher has it: Energy-Charts has, NESO (Great Britain) is direct.</remarks>
sealed class MethodOptions
{
    readonly Option<string> _provider = new("--provider") { Description = "Ask only this publisher (tonne grid providers)",
        HelpName = "ID" };
    readonly Option<bool> _direct = new("--direct") { Description = "Emissions at the stack in place of the life cycle" };
    readonly Option<string> _basis = new("--basis") { Description = "lifecycle or direct; --direct is the latter", HelpName = "B" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_provider, _direct, _basis];

    /// <summary>The publisher that is given; null for any.</summary>
    /// <exception cref="InvalidInputException">It is not known.</exception>
    public string? ReadProvider(ParseResult parsed, GridAccess grid) => CheckProvider(parsed.GetValue(_provider), grid);

    /// <summary>The basis that is given; null for lifecycle where there is one.</summary>
    /// <exception cref="InvalidInputException">It is no basis, or two are given.</exception>
    public IntensityBasis? ReadBasis(ParseResult parsed)
    {
        var direct = parsed.GetValue(_direct);
        IntensityBasis? basis = parsed.GetValue(_basis)?.ToLowerInvariant() switch
        {
            null => null,
            "lifecycle" => IntensityBasis.Lifecycle,
            "direct" => IntensityBasis.Direct,
            var word => throw new InvalidInputException($"--basis '{word}' is not lifecycle or direct."),
        };
        if (direct && basis == IntensityBasis.Lifecycle)
            throw new InvalidInputException("--direct and --basis lifecycle are two bases: give one.");
        return direct ? IntensityBasis.Direct : basis;
    }

    /// <summary>The id of a publisher as it is known; null if none is given.</summary>
    /// <exception cref="InvalidInputException">It is not known.</exception>
    internal static string? CheckProvider(string? id, GridAccess grid) => id is null ? null
        : grid.Feeds.Find(id)?.Description.Id
            ?? throw new InvalidInputException(
                $"--provider '{id}' is not known; there is {string.Join(", ", grid.Feeds.All.Select(feed => feed.Description.Id))}.");
}
