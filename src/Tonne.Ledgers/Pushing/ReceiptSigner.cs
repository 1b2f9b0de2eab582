using System.Security.Cryptography;

namespace Tonne.Ledgers.Pushing;

/// <summary>Signs receipts with a server's key: ECDSA over P-256 (FIPS 186-5). Thread-safe.</summary>
public sealed class ReceiptSigner : IDisposable
{
    readonly ECDsa _key;
    readonly Lock _lock = new();

    ReceiptSigner(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = PushReceipt.GetKeyId(PublicKey.Span);
    }

    /// <summary>The public key, SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Id of the key.</summary>
    public string Id { get; }

    /// <summary>Makes a key.</summary>
    public static ReceiptSigner Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key.</summary>
    /// <param name="pem">As <see cref="Export"/> writes it.</param>
    /// <exception cref="FormatException">It is no such key.</exception>
    public static ReceiptSigner Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize == 256)
                return new ReceiptSigner(key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new FormatException("it is no private key (PEM, PKCS #8)", error);
        }

        key.Dispose();
        throw new FormatException("its curve is not P-256");
    }

    /// <summary>The private key, PKCS #8 as PEM: secret.</summary>
    public string Export() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>Signs a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The signature, IEEE P1363 format, 64 bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        lock (_lock)
            return _key.SignData(text, HashAlgorithmName.SHA256);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
