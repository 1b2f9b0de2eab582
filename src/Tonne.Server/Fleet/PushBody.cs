using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>Reads the body of a push within its limits: all of it is right, or none is taken.</summary>
/// <param name="limits">The limits.</param>
/// <param name="memory">Memory of all pushes.</param>
sealed class PushBody(PushLimits limits, PushMemory memory)
{
    /// <summary>Reads the lines of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="keep">Takes the lines; their memory is theirs until it returns.</param>
    /// <exception cref="RequestProblemException">The body is of another kind, too long, or not made of such lines.</exception>
    public async Task<PushAnswer> ReadAsync(HttpContext context, Func<IReadOnlyList<PushedLine>, Task<PushAnswer>> keep)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != PushBatch.MediaType)
            throw CreateUnsupported($"the content is {request.ContentType ?? "of no type"}, not {PushBatch.MediaType}",
                "header Content-Type");
        // Kestrel counts what arrives, and refuses a longer body before it is read where its length is given.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limits.MaxSentBytes;
        using var reserved = memory.Begin();
        var decompressed = Decompress(request);
        await using (decompressed.ConfigureAwait(false))
        {
            var limited = new LimitedStream(decompressed, limits.MaxBytes, reserved);
            await using (limited.ConfigureAwait(false))
                return await keep(await ReadLinesAsync(limited, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    async Task<List<PushedLine>> ReadLinesAsync(LimitedStream body, CancellationToken cancellationToken)
    {
        var lines = new List<PushedLine>();
        try
        {
            var longest = (int)Math.Min(limits.MaxBytes, PushedLine.MaxBytes);
            await foreach (var line in PushBatch.ReadAsync(body, longest, cancellationToken).ConfigureAwait(false))
                lines.Add(line);
            return lines;
        }
        catch (FormatException error)
        {
            throw CreateMalformed(error.Message);
        }
        // Brotli reports damage as an invalid operation.
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            throw CreateMalformed("the compressed body is damaged or cut short");
        }
    }

    static Stream Decompress(HttpRequest request) => request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
    {
        "" or "identity" => request.Body,
        "gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        var other => throw CreateUnsupported($"the encoding '{other}' is not known", "header Content-Encoding"),
    };

    static RequestProblemException CreateUnsupported(string what, string where) =>
        new(StatusCodes.Status415UnsupportedMediaType, what, where,
            $"Send {PushBatch.MediaType}, plain or with Content-Encoding gzip or br.");

    static RequestProblemException CreateMalformed(string what) =>
        new(StatusCodes.Status400BadRequest, what, "body", "Nothing of the push was kept. Send lines as docs/fleet.md describes them.");
}
