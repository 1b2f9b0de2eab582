namespace Tonne.Grids;

/// <summary>Why a feed gave no values. A closed set: each kind is a nested type.</summary>
/// <param name="Text">What happened, in a sentence without a full stop. It never contains a key or a query.</param>
public abstract record FeedFailure(string Text)
{
    // Closed: only the nested kinds derive from it.
    private protected abstract string Word { get; }

    /// <summary>
    /// A stable word for JSON: <c>unauthorized</c>, <c>zone-not-covered</c>, <c>rate-limited</c>, <c>unreachable</c>, <c>unreadable</c>,
    /// <c>no-values</c>.
    /// </summary>
    public string Code => Word;

    /// <summary>A failure by its word, as a cache keeps it. An unknown word is read as <see cref="Unreachable"/>.</summary>
    /// <param name="code">As <see cref="Code"/> gives it.</param>
    /// <param name="text">What happened.</param>
    /// <param name="where">For <see cref="Unreadable"/>: where.</param>
    /// <param name="retryAfter">For <see cref="RateLimited"/>: how long to wait.</param>
    public static FeedFailure Create(string? code, string text, string? where = null, TimeSpan? retryAfter = null) => code switch
    {
        "unauthorized" => new Unauthorized(text),
        "zone-not-covered" => new ZoneNotCovered(text),
        "rate-limited" => new RateLimited(text, retryAfter),
        "unreadable" => new Unreadable(text, where ?? ""),
        "no-values" => new NoValues(text),
        _ => new Unreachable(text),
    };

    /// <summary>The key is missing or was refused.</summary>
    /// <param name="Text">What happened.</param>
    public sealed record Unauthorized(string Text) : FeedFailure(Text)
    {
        private protected override string Word => "unauthorized";
    }

    /// <summary>The feed does not know the zone, or the key does not include it.</summary>
    /// <param name="Text">What happened.</param>
    public sealed record ZoneNotCovered(string Text) : FeedFailure(Text)
    {
        private protected override string Word => "zone-not-covered";
    }

    /// <summary>The feed refuses more requests for now.</summary>
    /// <param name="Text">What happened.</param>
    /// <param name="RetryAfter">How long the feed asks to wait; null if it names no time.</param>
    public sealed record RateLimited(string Text, TimeSpan? RetryAfter) : FeedFailure(Text)
    {
        private protected override string Word => "rate-limited";
    }

    /// <summary>No answer: no network, a timeout, or an error of the server.</summary>
    /// <param name="Text">What happened.</param>
    public sealed record Unreachable(string Text) : FeedFailure(Text)
    {
        private protected override string Word => "unreachable";
    }

    /// <summary>The answer is not what is documented.</summary>
    /// <param name="Text">What is wrong with the answer.</param>
    /// <param name="Where">Address without its query, and the field or line.</param>
    public sealed record Unreadable(string Text, string Where) : FeedFailure(Text)
    {
        private protected override string Word => "unreadable";
    }

    /// <summary>The feed answered properly, but has no value for this zone and time.</summary>
    /// <param name="Text">What happened.</param>
    public sealed record NoValues(string Text) : FeedFailure(Text)
    {
        private protected override string Word => "no-values";
    }
}
