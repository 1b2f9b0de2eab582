using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tonne.Trials.Polling;

/// <summary>A device on the loopback that answers over HTTP with given values, optionally encrypted with its own certificate.</summary>
sealed class HttpStandIn : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly X509Certificate2? _certificate;
    readonly Func<string, string, (int Status, string Body)?> _answer;
    int _asked;

    /// <summary>Starts the device.</summary>
    /// <param name="answer">From path and the whole head of the question to status and body (of a 302, where it leads); null to say nothing at all.</param>
    /// <param name="encrypted">Whether to speak TLS.</param>
    internal HttpStandIn(Func<string, string, (int Status, string Body)?> answer, bool encrypted = false)
    {
        _answer = answer;
        if (encrypted)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=bmc", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var now = TimeProvider.System.GetUtcNow();
            using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        }

        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>How often it was asked.</summary>
    internal int Asked => Volatile.Read(ref _asked);

    /// <summary>Address and port.</summary>
    internal string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>Fingerprint of its certificate.</summary>
    internal string Fingerprint => _certificate!.GetCertHashString(HashAlgorithmName.SHA256);

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The trial is over, or the device is switched off.
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                await using (stream)
                {
                    while (await HeadAsync(stream) is { } head)
                    {
                        Interlocked.Increment(ref _asked);
                        if (_answer(head.Split(' ')[1], head) is not { } answer)
                        {
                            await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);
                            return;
                        }

                        var body = Encoding.UTF8.GetBytes(answer.Body);
                        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Status} As Played\r\n{(answer.Status == 302 ? $"Location: {answer.Body}\r\n" : "")}Content-Type: {(answer.Body.StartsWith('#') ? "text/plain; version=0.0.4" : "application/json")}\r\nContent-Length: {body.Length}\r\n\r\n"));
                        await stream.WriteAsync(body);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client closed the connection, or does not trust the certificate.
        }
    }

    static async Task<string?> HeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                return null;
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return head.ToString();
    }
}
