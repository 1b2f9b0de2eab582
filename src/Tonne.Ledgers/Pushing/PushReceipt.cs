using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Pushing;

/// <summary>What a server has signed after a push: the head of the chain over all lines that it keeps of the node (<see cref="PushChain"/>).</summary>
public sealed record PushReceipt
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>Number of lines in the chain.</summary>
    public required long Position { get; init; }

    /// <summary>Head of the chain, hexadecimal.</summary>
    public required string Head { get; init; }

    /// <summary>Number of lines before this push.</summary>
    public required long PreviousPosition { get; init; }

    /// <summary>Head before this push, hexadecimal.</summary>
    public required string PreviousHead { get; init; }

    /// <summary>When it was signed, UTC, to the microsecond.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>Id of the key: the first 16 hexadecimal digits of SHA-256 of <see cref="PublicKey"/>.</summary>
    public required string Key { get; init; }

    /// <summary>The public key, ECDSA over P-256: SubjectPublicKeyInfo (RFC 5280) in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Signature of <see cref="GetSignedText"/> by ECDSA with SHA-256, IEEE P1363 format, base64.</summary>
    public required string Signature { get; init; }

    /// <summary>Id of the key that was in use before and has signed this one; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EndorsedBy { get; init; }

    /// <summary>That key's signature of <see cref="GetEndorsedText"/>, base64.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Endorsement { get; init; }

    /// <summary>The lines that the push has added to the chain, as <c>RUN/SEQUENCE</c> in order; null: all that were sent, by run and sequence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Appended { get; init; }

    /// <summary>What is signed.</summary>
    public byte[] GetSignedText() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"tonne.receipt/1\n{Node}\n{Position}\n{Head}\n{SignedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n"));

    /// <summary>What a key signs of the one that takes its place.</summary>
    /// <param name="publicKey">The next public key, SubjectPublicKeyInfo.</param>
    public static byte[] GetEndorsedText(ReadOnlySpan<byte> publicKey) =>
        Encoding.UTF8.GetBytes($"tonne.receipt-key/1\n{Convert.ToHexStringLower(publicKey)}\n");

    /// <summary>The id of a public key.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo.</param>
    public static string GetKeyId(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey))[..16];

    /// <summary>Checks id of the key and signature; not whose key it is.</summary>
    /// <returns>What is wrong, in words that follow "the receipt"; null if nothing is.</returns>
    public string? FindProblem()
    {
        if (Decode(PublicKey) is not { } key || GetKeyId(key) != Key)
            return "has a public key that is not the one of its id";
        return IsSigned(key, GetSignedText(), Signature) ? null : "is not signed by its key: it was changed after it was signed";
    }

    /// <summary>Checks whether a key has signed a text.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo.</param>
    /// <param name="text">The text.</param>
    /// <param name="signature">The signature, base64.</param>
    public static bool IsSigned(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> text, string? signature)
    {
        if (Decode(signature) is not { } bytes)
            return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(text, bytes, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static byte[]? Decode(string? base64)
    {
        var bytes = new byte[(base64?.Length ?? 0) * 3 / 4];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var count) ? bytes[..count] : null;
    }
}
