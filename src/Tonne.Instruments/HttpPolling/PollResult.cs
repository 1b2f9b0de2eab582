namespace Tonne.Instruments.HttpPolling;

/// <summary>The result of polling a source: values by key, or the reason why there are none.</summary>
/// <param name="Values">Each with a key that stays the same from answer to answer.</param>
/// <param name="Reason">Why there is no usable answer; null if there is one.</param>
record PollResult(IReadOnlyList<KeyValuePair<string, PolledValue>> Values, string? Reason)
{
    internal static PollResult Failed(string reason) => new([], reason);

    internal static PollResult FromValues(params ReadOnlySpan<(string Key, PolledValue Value)> values)
    {
        var pairs = new KeyValuePair<string, PolledValue>[values.Length];
        for (var i = 0; i < values.Length; i++)
            pairs[i] = new(values[i].Key, values[i].Value);
        return new(pairs, null);
    }
}
