using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tonne.Ledgers.Listing;

/// <summary>The place of a run in a sorted list, from which the list can be continued: what it is sorted by, its start and its id. It stays
/// valid when runs are added or the run is removed.</summary>
/// <param name="Text">For an order by a text: its key (<see cref="RunListText.ToKey"/>); null if the run has none.</param>
/// <param name="Number">For an order by a number or the status: the number; null if it is unknown.</param>
/// <param name="StartedTicks">The start in ticks of 100 ns, UTC.</param>
/// <param name="Id">The id.</param>
public sealed record RunPosition(string? Text, double? Number, long StartedTicks, string Id)
{
    const int MaxLength = 2_000;

    /// <summary>The place of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sort">What the list is sorted by.</param>
    public static RunPosition Of(RunSummary run, RunSort sort)
    {
        ArgumentNullException.ThrowIfNull(run);
        var text = sort switch
        {
            RunSort.Name => run.Name,
            RunSort.Project => run.Project,
            RunSort.User => run.User,
            RunSort.Machine => run.Node,
            _ => null,
        };
        double? number = sort switch
        {
            RunSort.Status => run.Status is { } status ? (int)status : null,
            RunSort.Duration => run.DurationSeconds,
            RunSort.Energy => run.FacilityEnergy?.Bounds.Best,
            RunSort.Emissions => run.Total?.Bounds.Best,
            _ => null,
        };
        return new RunPosition(text is null ? null : RunListText.ToKey(text), number, run.StartedAt.UtcTicks, run.Id);
    }

    /// <summary>Writes it for an address: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string Format()
    {
        var key = Text is not null ? "t" + Text : Number is { } number ? "n" + number.ToString("R", CultureInfo.InvariantCulture) : "";
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{StartedTicks} {Id} {key}")));
    }

    /// <summary>Reads what <see cref="Format"/> has written.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sort">What the list is sorted by.</param>
    /// <exception cref="FormatException">It is something else, or of another order.</exception>
    public static RunPosition Parse(string text, RunSort sort)
    {
        var position = Parse(text);
        var isRight = sort switch
        {
            RunSort.Started => position is { Text: null, Number: null },
            RunSort.Name => position.Text is not null,
            RunSort.Project or RunSort.User or RunSort.Machine => position.Number is null,
            _ => position.Text is null,
        };
        return isRight ? position : throw new FormatException("it is the position of a list in another order");
    }

    static RunPosition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            throw new FormatException("it is not the position of a list");
        if (Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ', 3) is not [var started, var id, var key]
            || !long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || !LedgerHome.IsRunId(id)
            || key.Contains('\0', StringComparison.Ordinal))
        {
            throw new FormatException("it is not the position of a list");
        }

        if (key.Length == 0)
            return new RunPosition(null, null, ticks, id);
        if (key[0] == 't')
            return new RunPosition(key[1..], null, ticks, id);
        return key[0] == 'n' && double.TryParse(key.AsSpan(1), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? new RunPosition(null, number, ticks, id) : throw new FormatException("it is not the position of a list");
    }
}
