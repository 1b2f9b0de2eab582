using System.Text;

namespace Tonne.Quantities;

/// <summary>The words of an enum's value, as records, documents and screens write them.</summary>
public static class EnumWords
{
    /// <summary>The words of the name in lower case, for example <c>cloud metadata</c>.</summary>
    /// <param name="value">A defined value.</param>
    public static string Format<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        var words = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    /// <summary>The value with these words, or the default value of the enum where no value has them.</summary>
    /// <param name="words">For example <c>cloud metadata</c>.</param>
    internal static T Parse<T>(string? words)
        where T : struct, Enum => Array.Find(Enum.GetValues<T>(), value => string.Equals(Format(value), words, StringComparison.Ordinal));
}
