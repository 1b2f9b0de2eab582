using System.Globalization;
using System.Security.Cryptography;

namespace Tonne.Recording;

/// <summary>Creates ids of runs.</summary>
public static class RunId
{
    /// <summary>Creates an id from UTC date and time and six random hexadecimal digits: ids sort by time. Example: <c>20261122-054210-4f2a9c</c>.</summary>
    public static string Create(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    /// <summary>Whether a text may be the id of a run: 1 to 64 ASCII letters, digits and hyphens.</summary>
    public static bool IsValid(string text) => text.Length is > 0 and <= 64 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
}
