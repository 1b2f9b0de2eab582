using System.Buffers;
using System.IO.Compression;
using Microsoft.Extensions.Primitives;

namespace Tonne.Server.Proxying;

/// <summary>The body of a reply, of which a copy is read for tokens. The bytes that leave are those that came.</summary>
/// <remarks>
/// A streamed reply leaves part by part, and its copy is read afterwards. A whole one of JSON is held until its end, 1 MB at most, because the
/// headers with the estimate go before it. A longer one leaves as it comes, and the usage is read from its last bytes.
/// </remarks>
/// <param name="inner">The body.</param>
/// <param name="response">The reply.</param>
/// <param name="observer">Estimates.</param>
/// <param name="request">Receives the copy.</param>
sealed class ReplyTap(Stream inner, HttpResponse response, RequestObserver observer, ObservedRequest request) : Stream
{
    internal const int MostHeld = 1024 * 1024;
    const int MostDecoded = 8 * MostHeld;
    const int TailBytes = 8 * 1024;
    const int MostReadAtOnce = 64 * 1024;

    StreamedReplyReader? _stream;
    ArrayBufferWriter<byte>? _held;
    byte[]? _tail;
    int _tailLength;
    string? _encoding;

    /// <summary>Decides by the headers of the reply how it is read; adds the id.</summary>
    public void Begin(string? contentType, StringValues encoding)
    {
        request.Begin();
        var type = contentType?.Split(';')[0].Trim() ?? "";
        var isEvents = type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var isLines = type is "application/x-ndjson" or "application/jsonl" or "application/x-jsonlines";
        var isJson = !isLines && (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
        _encoding = encoding.Count == 0 || encoding.ToString() is "" or "identity" ? null : encoding.ToString();
        request.IsStreamed = isEvents || isLines;
        response.Headers[ProxyHeaders.Request] = request.Id;
        if (isEvents || isLines)
        {
            if (_encoding is null)
                _stream = new StreamedReplyReader(request.Reply, isLines);
            else
                request.UnreadableReason = $"the stream is compressed ({ReplyReader.Clean(_encoding)})";
        }
        else if (isJson)
        {
            _held = new ArrayBufferWriter<byte>();
        }
        else
        {
            request.UnreadableReason = "the reply is not JSON";
        }
    }

    /// <summary>The reply is complete: what is held leaves, with its headers, and the request is counted before, so that its record is there
    /// when the client has the reply.</summary>
    /// <param name="failure">Why it failed; null if it did not.</param>
    /// <param name="cancellationToken">Cancels writing.</param>
    public async Task EndAsync(string? failure, CancellationToken cancellationToken)
    {
        var held = _held;
        _held = null;
        if (held is not null)
        {
            // The thread has other connections to serve: what takes long is read by another one.
            if (_encoding is not null || held.WrittenCount > MostReadAtOnce)
                await Task.Run(() => ReadHeld(held.WrittenSpan), cancellationToken).ConfigureAwait(false);
            else
                ReadHeld(held.WrittenSpan);
            if (response.StatusCode < StatusCodes.Status400BadRequest && observer.TryEstimate(request) is { } estimate)
                ProxyHeaders.Set(response.Headers, estimate);
        }

        Finish();
        request.End(failure);
        if (held is { WrittenCount: > 0 })
            await inner.WriteAsync(held.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The reply has ended early: what is held is dropped, what has passed is counted.</summary>
    public void Abandon()
    {
        _held = null;
        Finish();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_held is { } held)
        {
            if (MayHold(held, buffer.Span))
            {
                held.Write(buffer.Span);
                return;
            }

            _held = null;
            if (_encoding is null)
                _tail = new byte[TailBytes];
            else
                request.UnreadableReason = "the reply is longer than 1 MB and compressed";
            AppendTail(held.WrittenSpan);
            await inner.WriteAsync(held.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }

        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        AppendTail(buffer.Span);
        if (_stream is not null)
        {
            _stream.Append(buffer.Span);
            request.MarkTokens();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _held is null ? inner.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Blanks before the reply keep a connection alive: they must leave at once.
    bool MayHold(ArrayBufferWriter<byte> held, ReadOnlySpan<byte> bytes) => held.WrittenCount + bytes.Length <= MostHeld
        && (held.WrittenCount > 0 || _encoding is not null || bytes.Length == 0 || bytes.IndexOfAnyExcept(" \t\r\n"u8) >= 0);

    void ReadHeld(ReadOnlySpan<byte> bytes)
    {
        if (_encoding is not null)
        {
            if (Decode(bytes) is not { } decoded)
                return;
            bytes = decoded;
        }

        if (bytes.Length > 0 && !request.Reply.Read(bytes))
            request.UnreadableReason = "the reply is no JSON object";
    }

    byte[]? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var source = new MemoryStream(bytes.ToArray());
            using Stream? decoder = _encoding switch
            {
                "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
                "br" => new BrotliStream(source, CompressionMode.Decompress),
                "deflate" => new ZLibStream(source, CompressionMode.Decompress),
                _ => null,
            };
            if (decoder is null)
            {
                request.UnreadableReason = $"the reply is compressed ({ReplyReader.Clean(_encoding!)})";
                return null;
            }

            using var copy = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int count; (count = decoder.Read(buffer, 0, buffer.Length)) > 0;)
            {
                copy.Write(buffer, 0, count);
                if (copy.Length > MostDecoded)
                {
                    request.UnreadableReason = "the reply is longer than 8 MB";
                    return null;
                }
            }

            return copy.ToArray();
        }
        catch (InvalidDataException)
        {
            request.UnreadableReason = "the reply cannot be decompressed";
            return null;
        }
    }

    void AppendTail(ReadOnlySpan<byte> bytes)
    {
        if (_tail is null)
            return;
        if (bytes.Length >= _tail.Length)
        {
            bytes[^_tail.Length..].CopyTo(_tail);
            _tailLength = _tail.Length;
            return;
        }

        var kept = Math.Min(_tailLength, _tail.Length - bytes.Length);
        _tail.AsSpan(_tailLength - kept, kept).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(kept));
        _tailLength = kept + bytes.Length;
    }

    void Finish()
    {
        _stream?.End();
        _stream = null;
        if (_tail is not null && !request.Reply.ReadTail(_tail.AsSpan(0, _tailLength)))
            request.UnreadableReason = "the reply is longer than 1 MB, and its end has no usage";
        _tail = null;
    }
}
