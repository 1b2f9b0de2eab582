using System.Globalization;

namespace Tonne.Cli.Terminal;

/// <summary>Shows how far a long command is, on one line of standard error, where that is a terminal.</summary>
/// <param name="context">The command's streams and clock.</param>
/// <param name="what">What is counted, in the plural: "runs".</param>
/// <param name="total">How many there are; null if unknown.</param>
sealed class ProgressCounter(CommandContext context, string what, int? total = null) : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    long _shownAt = context.Time.GetTimestamp();
    bool _shown;

    /// <summary>Shows a count, at most five times a second, and not in the first fifth of a second.</summary>
    public void Report(int done)
    {
        if (!context.IsErrorTerminal || context.Time.GetElapsedTime(_shownAt) < Interval)
            return;
        _shownAt = context.Time.GetTimestamp();
        _shown = true;
        var of = total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:#,0}") : "";
        context.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[K{done:#,0}{of} {what}"));
    }

    /// <summary>Clears the line; a later count shows it again.</summary>
    public void Dispose()
    {
        if (_shown)
            context.Error.Write("\r\e[K");
        _shown = false;
    }
}
