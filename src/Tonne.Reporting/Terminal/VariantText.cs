using System.Globalization;
using Tonne.Comparing;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Describes the comparison of two variants in sentences.</summary>
public static class VariantText
{
    /// <summary>The verdict, for example <c>B uses 3.1 % less energy than A (1.2–5.0 %), decided after 14 rounds.</c></summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="pair">The pair of variants.</param>
    /// <param name="dash">Between the ends of an interval.</param>
    public static string DescribeVerdict(VariantComparison comparison, VariantPair pair, string dash = "–")
    {
        var figure = comparison.Plan.DecisionFigure;
        var (first, second) = (comparison.Names[pair.First], comparison.Names[pair.Second]);
        if (pair.GetRatio(figure) is not { } ratio)
            return comparison.Rounds.Count == 0
                ? $"Nothing is known of {first} and {second}: no round was completed."
                : $"{first} and {second} cannot be compared in {GetFigureName(figure)}: a run used none that could be seen. Longer commands would.";
        var rounds = comparison.Rounds.Count;
        return pair.Verdict switch
        {
            PairVerdict.Difference => $"{second} {FormatComparative(figure, ratio)} {first}{FormatInterval(ratio, dash)}, decided after {FormatRounds(pair.DecidedAfter!.Value)}.",
            PairVerdict.WithinMargin => $"No difference seen in {GetFigureName(figure)} between {first} and {second}: {DescribePossibleRange(ratio, second, figure)}; decided after {FormatRounds(pair.DecidedAfter!.Value)}, as less than {DisplayValue.FormatPercent(comparison.Plan.Margin)} does not matter here.",
            _ when rounds < pair.DecisionTest.MinRounds => pair.DecisionTest.MinRounds > comparison.Plan.Rounds
                ? $"No difference seen in {GetFigureName(figure)} between {first} and {second}: {FormatRounds(rounds)} cannot show one, for chance alone puts one command ahead every time more often than {DisplayValue.FormatPercent(comparison.Plan.Risk)}."
                : $"No difference seen yet in {GetFigureName(figure)} between {first} and {second}: {FormatRounds(rounds)} are too few to show one; {pair.DecisionTest.MinRounds} could.",
            _ => $"No difference seen in {GetFigureName(figure)} between {first} and {second} after {FormatRounds(rounds)}: {DescribePossibleRange(ratio, second, figure)}.",
        };
    }

    /// <summary>Compares another figure of the second with the first, for example <c>time 2.9 % less (1.0–4.7 %)</c>.</summary>
    public static string DescribeDifference(ComparedFigure figure, RatioInterval? ratio, string dash = "–")
    {
        if (ratio is not { } known)
            return $"{GetFigureName(figure)} cannot be compared";
        var size = Percent(Math.Abs(1 - known.Value));
        var word = known.Value < 1 ? "less" : "more";
        return known.IsBounded
            ? known.High < 1 || known.Low > 1 ? $"{GetFigureName(figure)} {size} {word}{FormatInterval(known, dash)}" : $"{GetFigureName(figure)} {Signed(known.Value)} ({Signed(known.Low)} to {Signed(known.High)})"
            : $"{GetFigureName(figure)} {Signed(known.Value)}, no interval yet";
    }

    /// <summary>Name of a figure in a sentence.</summary>
    public static string GetFigureName(ComparedFigure figure) => figure switch
    {
        ComparedFigure.Energy => "energy",
        ComparedFigure.Time => "time",
        _ => "emissions",
    };

    internal static string FormatRounds(int rounds) => rounds == 1 ? "1 round" : string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds");

    static string FormatComparative(ComparedFigure figure, RatioInterval ratio)
    {
        var (size, word) = (Percent(Math.Abs(1 - ratio.Value)), ratio.Value < 1 ? "less" : "more");
        return figure switch
        {
            ComparedFigure.Energy => $"uses {size} {word} energy than",
            ComparedFigure.Time => $"takes {size} {word} time than",
            _ => $"emits {size} {word} than",
        };
    }

    /// <summary>Formats the interval of a difference whose direction is already stated.</summary>
    static string FormatInterval(RatioInterval ratio, string dash)
    {
        if (!ratio.IsBounded)
            return ratio.Low > 1 ? $" (at least {Percent(ratio.Low - 1)})" : ratio.High < 1 ? $" (at least {Percent(1 - ratio.High)})" : "";
        var (low, high) = ratio.Value < 1 ? (1 - ratio.High, 1 - ratio.Low) : (ratio.Low - 1, ratio.High - 1);
        return low < 0 ? $" ({Signed(ratio.Low)} to {Signed(ratio.High)})" : $" ({Percent(low).Replace(" %", "", StringComparison.Ordinal)}{dash}{Percent(high)})";
    }

    static string DescribePossibleRange(RatioInterval ratio, string second, ComparedFigure figure)
    {
        if (!ratio.IsBounded)
            return "the rounds are too few for an interval";
        var verb = figure switch { ComparedFigure.Energy => "use", ComparedFigure.Time => "take", _ => "emit" };
        return $"{second} may {verb} from {Change(ratio.Low)} to {Change(ratio.High)}";
    }

    static string Change(double ratio) => $"{Percent(Math.Abs(1 - ratio))} {(ratio < 1 ? "less" : "more")}";

    static string Signed(double ratio) => (ratio < 1 ? "-" : "+") + Percent(Math.Abs(ratio - 1));

    /// <summary>Formats a share with one decimal, two if one would be 0, none from 100 % on.</summary>
    static string Percent(double share) => (share * 100) switch
    {
        0 => "0 %",
        < 0.005 => "0.00 %",
        < 0.1 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.00} %"),
        < 99.95 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %"),
    };
}
