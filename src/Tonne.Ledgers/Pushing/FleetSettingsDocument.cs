namespace Tonne.Ledgers.Pushing;

/// <summary>The content of <c>fleet.json</c>, before it is checked.</summary>
sealed record FleetSettingsDocument
{
    public string? Server { get; init; }

    public string? Name { get; init; }

    public string? Key { get; init; }

    public string? CertificateSha256 { get; init; }
}
