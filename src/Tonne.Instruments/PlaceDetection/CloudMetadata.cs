using System.Net;

namespace Tonne.Instruments.PlaceDetection;

/// <summary>Asks a cloud's instance metadata for the region. The only network question that tonne asks unbidden, and only where the firmware says that this is that cloud.</summary>
/// <remarks>Sources: the providers' documentation of their instance metadata services (AWS IMDSv2, Google Compute Engine, Azure IMDS).</remarks>
/// <param name="server">Address of the service. Default: 169.254.169.254, which leads nowhere outside a cloud.</param>
/// <param name="time">The clock of the time limit.</param>
public sealed class CloudMetadata(TimeProvider time, IPEndPoint? server = null)
{
    /// <summary>The most it may take altogether.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    readonly IPEndPoint _server = server ?? new IPEndPoint(new IPAddress([169, 254, 169, 254]), 80);

    /// <summary>The region as the catalog names it, for example <c>gcp:europe-west9</c>; null if it did not answer in time, or with anything else.</summary>
    /// <param name="cloud"><c>aws</c>, <c>gcp</c> or <c>azure</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string?> GetRegionAsync(string cloud, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var region = cloud switch
        {
            "aws" => await GetAwsRegionAsync(both.Token).ConfigureAwait(false),
            "gcp" => ZoneToRegion(await MinimalHttpClient.RequestAsync(_server, "GET", "/computeMetadata/v1/instance/zone", "Metadata-Flavor: Google", both.Token).ConfigureAwait(false)),
            "azure" => await MinimalHttpClient.RequestAsync(_server, "GET", "/metadata/instance/compute/location?api-version=2021-02-01&format=text", "Metadata: true", both.Token).ConfigureAwait(false),
            _ => null,
        };
        region = region?.Trim();
        return region is { Length: > 0 and < 64 } && region.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? $"{cloud}:{region}" : null;
    }

    async Task<string?> GetAwsRegionAsync(CancellationToken cancellationToken)
    {
        var token = await MinimalHttpClient.RequestAsync(_server, "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60", cancellationToken).ConfigureAwait(false);
        // It goes into a header: a token with a line end would be another header.
        if (token is null || token.Length == 0 || token.Any(char.IsControl))
            return null;
        return await MinimalHttpClient.RequestAsync(_server, "GET", "/latest/meta-data/placement/region", $"X-aws-ec2-metadata-token: {token}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary><c>projects/123/zones/europe-west9-a</c> → <c>europe-west9</c>.</summary>
    static string? ZoneToRegion(string? zone)
    {
        var name = zone?[(zone.LastIndexOf('/') + 1)..];
        var dash = name?.LastIndexOf('-') ?? -1;
        return dash > 0 ? name![..dash] : null;
    }
}
