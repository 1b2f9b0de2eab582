using System.Buffers;
using System.Text.Json;

namespace Tonne.Server.Proxying;

/// <summary>Finds the model in the body of a request, from a copy of its first megabyte while it passes; the copy is dropped at its end.</summary>
sealed class RequestModelReader
{
    internal const int MostBytes = 1024 * 1024;
    const int MostNameLength = 200;

    ArrayBufferWriter<byte>? _prefix = new();
    bool _isWhole = true;

    /// <summary>The model; null if it is not known, or not yet.</summary>
    public string? Model { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_prefix is null)
            return;
        var taken = bytes[..Math.Min(bytes.Length, MostBytes - _prefix.WrittenCount)];
        _prefix.Write(taken);
        _isWhole &= taken.Length == bytes.Length;
        if (!_isWhole)
            End();
    }

    /// <summary>The body has ended, or enough of it is there.</summary>
    public void End()
    {
        if (_prefix is null)
            return;
        try
        {
            Model = Find(_prefix.WrittenSpan);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            Model = null;
        }

        _prefix = null;
    }

    static string? Find(ReadOnlySpan<byte> json)
    {
        // The prefix may be cut anywhere: what is missing is not asked for.
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 256 }));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isModel = reader.ValueTextEquals("model"u8);
            if (!reader.Read())
                return null;
            if (isModel && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= MostNameLength)
                return ReplyReader.Clean(reader.GetString()!);
            if (!reader.TrySkip())
                return null;
        }

        return null;
    }
}
