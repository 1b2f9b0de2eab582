using System.CommandLine;
using Tonne.Accounting;
using Tonne.Sci;

namespace Tonne.Cli.Commands;

/// <summary>The options of a Software Carbon Intensity.</summary>
static class SciOptions
{
    public static Option<string> CreateUnitOption() => new("--per") { Description = "With --sci: functional unit and count, as in token=1.2e9", HelpName = "UNIT=COUNT" };

    public static Option<SciBoundary?> CreateBoundaryOption()
    {
        var option = new Option<SciBoundary?>("--boundary") { Description = "With --sci: consumer (use), provider (creation) or whole", HelpName = "consumer|provider|whole" };
        option.CompletionSources.Clear();
        option.CompletionSources.Add("consumer", "provider", "whole");
        return option;
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
