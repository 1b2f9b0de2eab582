namespace Tonne.Instruments.Processes;

/// <summary>Text made fit to be part of a file's name.</summary>
static class SafeFileName
{
    /// <summary>The letters, digits and hyphens of a text, at most 64.</summary>
    internal static string FromText(string text)
    {
        Span<char> kept = stackalloc char[64];
        var length = 0;
        foreach (var c in text)
        {
            if (length < kept.Length && (char.IsAsciiLetterOrDigit(c) || c == '-'))
                kept[length++] = c;
        }

        return kept[..length].ToString();
    }
}
