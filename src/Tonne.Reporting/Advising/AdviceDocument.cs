using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Comparing;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Advising;

/// <summary>An advice as JSON, schema <c>tonne.advice/1</c>; see docs/methods/advice.md.</summary>
public sealed record AdviceDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.advice/1";

    /// <summary>Id of the run, or name of the life cycle.</summary>
    public required string Subject { get; init; }

    /// <summary>Operational emissions, location-based; all savings are shares of it.</summary>
    public required QuantityDocument OperationalEmissionsKg { get; init; }

    /// <summary>Whether no lever is certain to save 3 %.</summary>
    public required bool NothingWorthDoing { get; init; }

    /// <summary>Levers that are certain to save, ranked.</summary>
    public required IReadOnlyList<LeverPart> Levers { get; init; }

    /// <summary>Levers whose interval includes zero, ranked.</summary>
    public required IReadOnlyList<LeverPart> NotCertain { get; init; }

    /// <summary>The best certain levers together, with the names of those; null if there are not two.</summary>
    public required CombinedPart? Combined { get; init; }

    /// <summary>Ways whose saving is not known for this work.</summary>
    public required IReadOnlyList<UnknownPart> NotKnown { get; init; }

    /// <summary>Sentences on the market-based figure.</summary>
    public required IReadOnlyList<string> MarketBased { get; init; }

    /// <summary>An advice as a document.</summary>
    public static AdviceDocument From(Advice advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        return new AdviceDocument
        {
            Subject = advice.Subject,
            OperationalEmissionsKg = QuantityDocument.From(advice.Operational),
            NothingWorthDoing = advice.IsNothingWorthDoing,
            Levers = [.. advice.Levers.Select(CreatePart)],
            NotCertain = [.. advice.Uncertain.Select(CreatePart)],
            Combined = advice.Combined is { } combined ? new CombinedPart(Convert(combined), [.. advice.CombinedLevers.Select(lever =>
                lever.Name)]) : null,
            NotKnown = [.. advice.Unknown.Select(one => new UnknownPart(one.Name, one.Why, one.Command, CommandWords.Format(one.Command)))],
            MarketBased = advice.MarketBased,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.AdviceDocument);

    static LeverPart CreatePart(Lever lever) => new(
        ToWord(lever.Kind), lever.Name, lever.Part, lever.PartShare, Convert(lever.Saving), Convert(lever.SavingOfPart),
            Convert(lever.SavingByCommand),
        ToWord(lever.Basis), lever.BasisText, lever.Sources, ToWord(lever.Effort), ToWord(lever.Group), lever.Command,
            CommandWords.Format(lever.Command), lever.Sentence);

    static string ToWord<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    static SavingPart Convert(Interval saving) => new(saving.Value, saving.Low, saving.High);

    /// <summary>A saving as a share, expected value and 95 % interval.</summary>
    public sealed record SavingPart(double Value, double Low, double High);

    /// <summary>A lever.</summary>
    public sealed record LeverPart(
        string Kind, string Name, string Part, double PartShare, SavingPart Saving, SavingPart SavingOfPart, SavingPart SavingByCommand,
        string Basis, string BasisText, ImmutableArray<Source> Sources, string Effort, string Group, ImmutableArray<string> Command,
            string CommandText, string Sentence);

    /// <summary>Levers together.</summary>
    public sealed record CombinedPart(SavingPart Saving, IReadOnlyList<string> Levers);

    /// <summary>A way without a number.</summary>
    public sealed record UnknownPart(string Name, string Why, ImmutableArray<string> Command, string CommandText);
}
