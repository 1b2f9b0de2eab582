using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Cli.Commands;
using Tonne.Formatting;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Fleets;

/// <summary>Enrols this node at a server, by a one-time code.</summary>
/// <param name="server">Address of the server.</param>
/// <param name="certificateSha256">SHA-256 of its certificate, hexadecimal; null if the system's list of authorities decides.</param>
sealed class NodeEnrolment(Uri server, string? certificateSha256)
{
    const int MaxAnswerBytes = 64 * 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads the address of a server: https, or http on this machine.</summary>
    /// <exception cref="InvalidInputException">It is none, or the key would travel unencrypted.</exception>
    public static Uri ParseServer(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/"
            || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            throw new InvalidInputException($"--server '{text}' is not an address such as https://tonne.example.org:7070.");
        return uri.Scheme == "https" || uri.IsLoopback ? uri
            : throw new InvalidInputException($"--server '{text}' is not encrypted, so others could read the key: write https://.");
    }

    /// <summary>Reads a SHA-256, with or without colons.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static string ParseHash(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit) ? digits
            : throw new InvalidInputException(
                "--certificate-sha256 is 64 hexadecimal digits: openssl x509 -in host.pem -noout -fingerprint -sha256 prints them.");
    }

    /// <summary>Sends the code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="name">Name of this node.</param>
    /// <returns>What the node needs to push, and how far its clock is before the server's.</returns>
    /// <exception cref="InvalidInputException">The server refuses.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public async Task<(FleetSettings Settings, DateTimeOffset ServerTime)> EnrolAsync(string code, string name)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        if (certificateSha256 is not null)
        {
            // This certificate and no other, whoever signed it.
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null
                    && seen.GetCertHashString(HashAlgorithmName.SHA256).Equals(certificateSha256, StringComparison.OrdinalIgnoreCase),
            };
        }

        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
        var body = new JsonObject { ["code"] = code, ["name"] = name, ["version"] = VersionCommand.Version }.ToJsonString();
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri(server, "/api/v1/fleet/enrol"), content).ConfigureAwait(false);
            var answer = ParseAnswer(await response.Content.ReadAsStringAsync().ConfigureAwait(false));
            if (response.StatusCode == HttpStatusCode.OK && (string?)answer["key"] is { Length: > 0 } key
                && (DateTimeOffset?)answer["server_time"] is { } time)
            {
                var settings = new FleetSettings { Server = server, Name = (string?)answer["name"] ?? name, Key = key,
                    CertificateSha256 = certificateSha256 };
                return (settings, time);
            }

            throw new InvalidInputException(response.StatusCode == HttpStatusCode.NotFound
                ? $"{server} is not the server of a fleet: 'tonne serve --database …' is."
                : $"{server} refuses: {TextSanitizer.ToOneLine((string?)answer["detail"] ?? $"status {(int)response.StatusCode}")}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or SocketException)
        {
            var reason = error is TaskCanceledException ? $"no answer in {Patience.TotalSeconds} s"
                : (error.InnerException ?? error).Message;
            throw new IOException(
                $"{server} cannot be reached: {reason.TrimEnd('.')}. The code was not used, as far as is known: try again.", error);
        }
    }

    static JsonNode ParseAnswer(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (System.Text.Json.JsonException)
        {
            return new JsonObject();
        }
    }
}
