using System.Text.Json;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Services.Imports;

/// <summary>A line for the status line of Claude Code: energy and emissions of the session, and emissions of today.</summary>
/// <remarks>
/// It imports what the transcript has since the last line, at most <see cref="MostBytes"/> at a time; the rest follows with the next line.
/// While another process imports, the line has what is counted so far.
/// </remarks>
public static class StatusLine
{
    /// <summary>Most bytes of a transcript that are read for one line.</summary>
    public const long MostBytes = 4 * 1024 * 1024;

    /// <summary>Days before now of which a session's replies are added up.</summary>
    public const int Days = 7;

    const int MaxInput = 1024 * 1024;

    /// <summary>Makes the line.</summary>
    /// <param name="input">The JSON that Claude Code writes to the command: <c>session_id</c>, <c>transcript_path</c>.</param>
    /// <param name="home">The ledger.</param>
    /// <param name="options">Place and names of projects; other options are not used.</param>
    /// <param name="time">The clock; its zone says when today begins.</param>
    /// <param name="dash">Text between bounds.</param>
    /// <returns>The line without an end; a short text where nothing is known.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be used.</exception>
    public static string Create(Stream input, LedgerHome home, TokenImportOptions options, TimeProvider time, string dash)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var (session, transcript) = ReadInput(input);
        var now = time.GetUtcNow();
        using var open = ReplyLog.TryOpen(home);
        using var replies = open ?? ReplyLog.OpenToRead(home);
        var hasMore = false;
        if (open is not null && transcript is not null)
        {
            var import = new TokenImport(
                home, options with { IsDryRun = false, Since = null, MostBytes = MostBytes, ComparedDays = Days }, time);
            hasMore = import.Run(new ClaudeCodeLog(), FindFiles(transcript), open).HasMore;
        }
        else
        {
            replies.Load(now.AddDays(-Days));
        }

        return Format(replies, session is null ? null : TokenImport.HashSession(replies, session), StartOfToday(time), dash, hasMore);
    }

    static string Format(ReplyLog replies, string? session, DateTimeOffset today, string dash, bool hasMore)
    {
        var (ofSession, ofToday) = (new CallSum(), new CallSum());
        foreach (var reply in replies.Replies)
        {
            if (session is not null && reply.Session == session)
                ofSession = ofSession.Plus(reply.ToSum());
            if (reply.Time >= today)
                ofToday = ofToday.Plus(reply.ToSum());
        }

        var line = ofSession.Requests == 0 ? "tonne: no replies yet"
            : ofSession.Requests == ofSession.WithoutFigure ? "tonne: energy of the model unknown"
            : $"tonne {DisplayValue.Format(ofSession.EnergyKwh, "kWh").FormatWithInterval(dash)} · {Shorten(ofSession.EmissionsKg, dash)}";
        if (ofToday.Requests > ofToday.WithoutFigure)
            line += $" · today {Shorten(ofToday.EmissionsKg, dash)}";
        return hasMore ? line + " · reading" : line;
    }

    static string Shorten(Bounds emissions, string dash) =>
        DisplayValue.Format(emissions, "kg CO2e").FormatWithInterval(dash).Replace(" CO2e", "", StringComparison.Ordinal);

    static DateTimeOffset StartOfToday(TimeProvider time)
    {
        var local = time.GetLocalNow();
        return local.AddTicks(-local.TimeOfDay.Ticks);
    }

    /// <summary>The transcript and those of its sub-agents: <c>SESSION/subagents/*.jsonl</c> beside it.</summary>
    static IEnumerable<string> FindFiles(string transcript)
    {
        var below = Path.Combine(Path.GetDirectoryName(transcript) ?? "", Path.GetFileNameWithoutExtension(transcript), "subagents");
        return Directory.Exists(below) ? LogFolders.FindFiles(below).Prepend(transcript) : [transcript];
    }

    static (string? Session, string? Transcript) ReadInput(Stream input)
    {
        var bytes = new byte[MaxInput];
        var length = input.ReadAtLeast(bytes, MaxInput, throwOnEndOfStream: false);
        string? session = null, transcript = null;
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, length), JsonFields.Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return default;
            while (JsonFields.NextField(ref reader))
            {
                if (reader.ValueTextEquals("session_id"u8))
                    session = JsonFields.ReadId(ref reader);
                else if (reader.ValueTextEquals("transcript_path"u8))
                    transcript = JsonFields.ReadFolder(ref reader);
                else
                    JsonFields.SkipValue(ref reader);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return default;
        }

        return (session, transcript is not null && Path.IsPathFullyQualified(transcript)
            && transcript.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) && File.Exists(transcript) ? transcript : null);
    }
}
