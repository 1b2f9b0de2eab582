using System.CommandLine;
using Tonne.Accounting;
using Tonne.Sci;

namespace Tonne.Cli.Commands;

/// <summary>The options of a Software Carbon Intensity.</summary>
static class SciOptions
{
    public static Option<string> CreateUnitOption() => new("--per") { Description = "With --sci: token, image, second, page, workflow, inference, character, training-token, parameter, flop or another unit, and its count", HelpName = "UNIT=COUNT" };

    public static Option<SciBoundary?> CreateBoundaryOption()
    {
        var option = new Option<SciBoundary?>("--boundary") { Description = "With --sci: consumer (use), provider (creation) or whole. Default: the unit's", HelpName = "consumer|provider|whole" };
        option.CompletionSources.Clear();
        option.CompletionSources.Add("consumer", "provider", "whole");
        return option;
    }

    public static Option<SciBasis?> CreateBasisOption()
    {
        var option = new Option<SciBasis?>("--basis") { Description = "With --sci and a provider's unit: what its count is", HelpName = "gross|effective" };
        option.CompletionSources.Clear();
        option.CompletionSources.Add("gross", "effective");
        return option;
    }

    /// <summary>Checks that a provider's unit states whether it is gross or effective, and that no other unit does.</summary>
    /// <exception cref="InvalidInputException">It does not.</exception>
    public static void CheckBasis(FunctionalUnit? unit, SciBasis? basis)
    {
        if (unit is null)
            return;
        var ofProvider = SciUnit.Find(unit.Name)?.Boundary == SciBoundary.Provider;
        if (ofProvider && basis is null)
            throw new InvalidInputException($"a rate per {unit.Name} must state whether its count is gross (all parameters, raw tokens, theoretical operations) or effective (active parameters, curated tokens, operations carried out): SCI for AI, 8.2.2. Give --basis gross or --basis effective.");
        if (!ofProvider && basis is not null)
            throw new InvalidInputException($"--basis goes with a provider's unit ({string.Join(", ", SoftwareCarbonIntensity.ProviderUnits)}); '{unit.Name}' is none.");
    }

    /// <summary>The unit as typed; null if none was given.</summary>
    /// <exception cref="InvalidInputException">It is not a unit with a count above 0.</exception>
    public static FunctionalUnit? ParseUnit(string? typed)
    {
        try
        {
            return typed is null ? null : FunctionalUnit.Parse(typed);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }
}
