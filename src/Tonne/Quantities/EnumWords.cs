using System.Text;

namespace Tonne.Quantities;

/// <summary>The words of an enum's value, as records, documents and screens write them.</summary>
public static class EnumWords
{
    /// <summary>The words of the name in lower case, for example <c>cloud metadata</c>.</summary>
    /// <param name="value">A defined value.</param>
    public static string Format<T>(T value)
        where T : struct, Enum => Array.IndexOf(Known<T>.Values, value) is >= 0 and var index ? Known<T>.Words[index] : Build(value);

    /// <summary>The value with these words, or the default value of the enum where no value has them.</summary>
    /// <param name="words">For example <c>cloud metadata</c>.</param>
    internal static T Parse<T>(string? words)
        where T : struct, Enum => Array.IndexOf(Known<T>.Words, words) is >= 0 and var index ? Known<T>.Values[index] : default;

    static string Build<T>(T value)
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

    /// <summary>The values of an enum and the words of each, built once, because every boundary of every figure writes them.</summary>
    static class Known<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] Words = Array.ConvertAll(Values, Build);
    }
}
