using System.Globalization;

namespace Tonne.Estimation;

/// <summary>Asks whether billions are meant where a number of parameters or tokens is too small to be one.</summary>
static class CountQuestion
{
    // The smallest models and texts that anybody would estimate are far above it, and numbers that stand for billions far below.
    const double SmallestCount = 10_000;

    /// <summary>The question; null if the number is plausible, not given, or not a number above 0.</summary>
    /// <param name="name">What is counted, for example <c>parameters</c>.</param>
    /// <param name="count">The number as given.</param>
    public static string? Ask(string name, double? count) => count is > 0 and < SmallestCount and { } number
        ? string.Create(CultureInfo.InvariantCulture,
            $"{number:0.####} {name}: did you mean {number:0.####}B, which is {number:0.####} billion? Write {number:0.####}B or {number:0.####}e9")
        : null;
}
