using System.Globalization;

namespace Tonne.Reporting.Advising;

/// <summary>A command of tonne as a person types it into a shell.</summary>
static class CommandWords
{
    /// <summary>The words with single quotes around those that a shell would change.</summary>
    public static string Format(IReadOnlyList<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>A number of an option: <c>7e9</c> for a large one.</summary>
    public static string FormatNumber(double number) =>
        Math.Abs(number) >= 1e6 && number.ToString("0.###############e0", CultureInfo.InvariantCulture) is var powers
            && double.Parse(powers, CultureInfo.InvariantCulture) == number
            ? powers : number.ToString("R", CultureInfo.InvariantCulture);

    static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || "-_./=:,+@%".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
