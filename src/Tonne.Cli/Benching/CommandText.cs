namespace Tonne.Cli.Benching;

/// <summary>Formats a command as a person would type it into a shell.</summary>
static class CommandText
{
    public static string Format(IReadOnlyList<string> words) => string.Join(' ', words.Select(Quote));

    static string Quote(string word) => word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or '=' or ':' or ',' or '+' or '@' or '%')
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
