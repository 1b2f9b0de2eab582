using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tonne.Server.Security;

/// <summary>The secret that every request needs, and the value of the cookie that replaces it in a browser.</summary>
/// <remarks>Comparisons take the same time wherever two texts differ. The cookie is derived from the token and does not reveal it.</remarks>
sealed class AccessToken
{
    const int Bytes = 32;

    readonly byte[] _tokenHash;
    readonly byte[] _cookieHash;

    /// <summary>Wraps a token.</summary>
    /// <param name="text">The token, as <see cref="Create"/> makes it.</param>
    public AccessToken(string text)
    {
        Text = text;
        CookieValue = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(text), "tonne cookie 1"u8));
        _tokenHash = Hash(text);
        _cookieHash = Hash(CookieValue);
    }

    /// <summary>The token.</summary>
    public string Text { get; }

    /// <summary>Value of the cookie.</summary>
    public string CookieValue { get; }

    /// <summary>A new token of 256 random bits.</summary>
    public static AccessToken Create() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>Whether a text has the form of a token.</summary>
    public static bool IsWellFormed(string text) => text.Length >= 43 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>Whether a text is the token.</summary>
    public bool Matches(string? text) => text is not null && CryptographicOperations.FixedTimeEquals(Hash(text), _tokenHash);

    /// <summary>Whether a text is the value of the cookie.</summary>
    public bool MatchesCookie(string? text) => text is not null && CryptographicOperations.FixedTimeEquals(Hash(text), _cookieHash);

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
