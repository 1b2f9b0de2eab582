using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>The folders of a data set that is partitioned as Hive does it: <c>month=2026-11/account=physics</c>.</summary>
static class PartitionFolder
{
    /// <summary>Stands for runs without an account.</summary>
    public const string NoAccount = "__none__";

    // File systems take names of 255 bytes.
    const int LongestValue = 200;

    /// <summary>Path of the folder of a month and an account, below that of the data set.</summary>
    /// <param name="month">A day of the month.</param>
    /// <param name="account">The account; null or empty if none.</param>
    public static string GetPath(DateOnly month, string? account) => Path.Combine(
        month.ToString("'month='yyyy'-'MM", CultureInfo.InvariantCulture), "account=" + Encode(account));

    /// <summary>The value as a part of a name of a file: percent-encoded, as readers of such a data set decode it.</summary>
    /// <remarks>
    /// What would be longer than a name of a file may be ends with 16 digits of its SHA-256. An account with the name of <see
    /// cref="NoAccount"/> has its first character encoded.
    /// </remarks>
    public static string Encode(string? account)
    {
        if (string.IsNullOrEmpty(account))
            return NoAccount;
        if (account == NoAccount)
            return "%5F" + NoAccount[1..];
        var encoded = Uri.EscapeDataString(account);
        return encoded.Length <= LongestValue ? encoded
            : string.Create(CultureInfo.InvariantCulture,
                $"{CutBeforeEscape(encoded)}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(account)))[..16]}");
    }

    // An escape is %XX, and a character may be several of them; what is left of one would not be decoded.
    static string CutBeforeEscape(string encoded)
    {
        var length = LongestValue - 17;
        while (length > 0 && encoded.AsSpan(Math.Max(0, length - 2), Math.Min(3, encoded.Length - length + 2)).Contains('%'))
            length--;
        return encoded[..length];
    }
}
