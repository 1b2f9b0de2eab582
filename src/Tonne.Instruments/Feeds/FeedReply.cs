using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Tonne.Formatting;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>An answer over HTTP that has arrived as a whole.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Body, decompressed.</param>
/// <param name="Where">Address without its query.</param>
sealed record FeedReply(int Status, byte[] Body, string Where)
{
    const int LongestQuote = 160;

    internal bool IsEmpty => Body.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>A part of the body, for decisions by its words and for messages.</summary>
    internal string Text => TextSanitizer.ToOneLine(Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 2000))));

    /// <summary>Ends the call unless the status is good.</summary>
    internal FeedReply RequireGood()
    {
        if (Status is >= 200 and < 300)
        {
            return IsEmpty ? throw new FeedFailedException(new FeedFailure.NoValues("the answer is empty")) : this;
        }

        var status = Status.ToString(CultureInfo.InvariantCulture);
        throw new FeedFailedException(Status switch
        {
            >= 300 and < 400 => new FeedFailure.Unreachable($"answers {status}, a redirect, which is not followed"),
            401 => new FeedFailure.Unauthorized("answers 401: the key is missing, wrong or expired"),
            403 => new FeedFailure.Unauthorized("answers 403: refused"),
            404 => new FeedFailure.ZoneNotCovered("answers 404: the zone or the address is unknown there"),
            >= 400 and < 500 => new FeedFailure.Unreadable($"refuses the request with {status}{Quote()}", Where),
            _ => new FeedFailure.Unreachable($"answers {status}"),
        });
    }

    /// <summary>Reads the body as JSON.</summary>
    internal T ReadJson<T>(Func<JsonElement, T> read)
    {
        RefusePage();
        try
        {
            using var document = JsonDocument.Parse(SkipMark());
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            throw FeedFailedException.Unreadable("the answer is not JSON, or not all of it", Where);
        }
        catch (FeedFormatException error)
        {
            throw FeedFailedException.Unreadable(error.Message, Where);
        }
        catch (InvalidOperationException)
        {
            throw FeedFailedException.Unreadable("a text in the answer is not valid UTF-8", Where);
        }
    }

    /// <summary>Reads the body as XML, without document types and entities.</summary>
    internal T ReadXml<T>(Func<XElement, T> read)
    {
        try
        {
            using var stream = new MemoryStream(Body, writable: false);
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null,
                MaxCharactersInDocument = 64 * 1024 * 1024 });
            var root = XDocument.Load(reader).Root;
            return root is null ? throw FeedFailedException.Unreadable("the answer has no element", Where) : read(root);
        }
        catch (XmlException error)
        {
            throw FeedFailedException.Unreadable("the answer is not XML, or not all of it", string.Create(CultureInfo.InvariantCulture,
                $"{Where}, line {error.LineNumber}"));
        }
        catch (FeedFormatException error)
        {
            throw FeedFailedException.Unreadable(error.Message, Where);
        }
    }

    /// <summary>Reads the body as a table with a header.</summary>
    internal T ReadTable<T>(Func<FeedTable, T> read)
    {
        RefusePage();
        try
        {
            return read(FeedTable.Parse(Encoding.UTF8.GetString(SkipMark().Span)));
        }
        catch (FeedFormatException error)
        {
            throw FeedFailedException.Unreadable(error.Message, Where);
        }
    }

    /// <summary>What the body says of an error, for a message; it is the server's text, so it is short and on one line.</summary>
    internal string Quote()
    {
        var text = Text;
        return text.Length == 0 || text.StartsWith('<') ? "" : $" ({(text.Length > LongestQuote ? $"{text[..LongestQuote]}…" : text)})";
    }

    void RefusePage()
    {
        if (Body.AsSpan(Body.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8) is >= 0 and var at ? at : 0).StartsWith("<"u8))
            throw FeedFailedException.Unreadable("the answer is a web page, not data, as a bot wall or a login page sends", Where);
    }

    ReadOnlyMemory<byte> SkipMark() => Body.AsSpan().StartsWith("\uFEFF"u8) ? Body.AsMemory(3) : Body;
}
