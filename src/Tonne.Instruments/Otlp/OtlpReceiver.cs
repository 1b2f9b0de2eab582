using System.IO.Compression;
using System.Net;

namespace Tonne.Instruments.Otlp;

/// <summary>
/// Receives exports over OTLP/HTTP: <c>POST /v1/traces</c> or <c>/v1/metrics</c> in Protocol Buffers or JSON, with or without gzip.
/// </summary>
/// <remarks>
/// An export of more than 16 MiB, before or after it is unpacked, is answered by 413, one that cannot be read by 400; neither changes
/// anything. At most four are read at a time, each for at most ten seconds. There is no authentication.
/// </remarks>
public sealed class OtlpReceiver : IDisposable
{
    /// <summary>Most bytes of an export.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    const int MostAtATime = 4;
    static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10);

    readonly HttpListener _listener;
    readonly string _path;
    readonly Func<ReadOnlyMemory<byte>, bool, bool> _take;
    readonly Action<string> _refuse;
    readonly SemaphoreSlim _slots = new(MostAtATime);

    OtlpReceiver(HttpListener listener, string path, Func<ReadOnlyMemory<byte>, bool, bool> take, Action<string> refuse) =>
        (_listener, _path, _take, _refuse) = (listener, path, take, refuse);

    /// <summary>Opens the port.</summary>
    /// <param name="address">Address and port; 0.0.0.0 or [::] for all networks of the machine.</param>
    /// <param name="path">Path of the requests, such as <c>/v1/metrics</c>; others are answered by 404.</param>
    /// <param name="take">
    /// Takes the bytes of an export, and whether they are JSON; false if there is no space, so that the sender tries again. A
    /// <see cref="FormatException"/> is answered by 400.
    /// </param>
    /// <param name="refuse">Called with the reason for which an export was not read.</param>
    /// <exception cref="IOException">The port cannot be opened.</exception>
    public static OtlpReceiver Open(
        IPEndPoint address, string path, Func<ReadOnlyMemory<byte>, bool, bool> take, Action<string> refuse)
    {
        ArgumentNullException.ThrowIfNull(address);
        var receiver = new OtlpReceiver(AddressedListener.Open(address), path, take, refuse);
        _ = Task.Run(receiver.ServeAsync);
        return receiver;
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            await _slots.WaitAsync().ConfigureAwait(false);
            try
            {
                context = await _listener.GetContextAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening)
                    return;
                _slots.Release();
                continue;
            }

            _ = AnswerAsync(context);
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var limit = new CancellationTokenSource(_timeout);
            using var abort = limit.Token.Register(static state => ((HttpListenerResponse)state!).Abort(), context.Response);
            var (status, reason) = await HandleAsync(context.Request, limit.Token).ConfigureAwait(false);
            if (reason is not null)
                _refuse(reason);
            await RespondAsync(context, status, reason).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a sender does, the recording goes on.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            context.Response.Abort();
        }
        finally
        {
            _slots.Release();
        }
    }

    async Task<(int Status, string? Reason)> HandleAsync(HttpListenerRequest request, CancellationToken cancellationToken)
    {
        if (request.Url?.AbsolutePath != _path)
            return (404, null);
        if (request.HttpMethod != "POST")
            return (405, null);
        var type = request.ContentType?.Split(';')[0].Trim();
        var isJson = string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase);
        if (!isJson && !string.Equals(type, "application/x-protobuf", StringComparison.OrdinalIgnoreCase))
            return (415, "its content type is neither application/x-protobuf nor application/json");
        var encoding = request.Headers["Content-Encoding"];
        if (encoding is not (null or "" or "gzip" or "identity"))
            return (415, "its content encoding is not gzip");
        if (request.ContentLength64 > MaxLength)
            return (413, "it is larger than 16 MiB");
        try
        {
            var content = await ReadAsync(request.InputStream, cancellationToken).ConfigureAwait(false);
            if (content is not null && encoding == "gzip")
            {
                var packed = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
                await using (packed.ConfigureAwait(false))
                    content = await ReadAsync(packed, cancellationToken).ConfigureAwait(false);
            }

            if (content is null)
                return (413, "it is larger than 16 MiB");
            return _take(content, isJson) ? (200, null) : (503, null);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            return (400, error.Message);
        }
    }

    /// <summary>All bytes of a stream; null if there are too many.</summary>
    static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (content.Length + read > MaxLength)
                return null;
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    static async Task RespondAsync(HttpListenerContext context, int status, string? reason)
    {
        var response = context.Response;
        var isJson = context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;
        response.StatusCode = status;
        // What was not read of a refused export must not be taken for the next request.
        response.KeepAlive = status == 200;
        if (status == 503)
            response.Headers["Retry-After"] = "5";
        // An export that was taken is answered by an empty message; {} in JSON. A refusal says why.
        var body = status == 200 ? (isJson ? "{}"u8.ToArray() : []) : System.Text.Encoding.UTF8.GetBytes(reason ?? "");
        response.ContentType = status != 200 ? "text/plain" : isJson ? "application/json" : "application/x-protobuf";
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body).ConfigureAwait(false);
        response.Close();
    }
}
