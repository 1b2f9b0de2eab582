namespace Tonne.Ledgers.Calls;

/// <summary>Tokens of calls by kind. None is negative; sums stay at the largest number instead of overflowing.</summary>
/// <param name="Input">Tokens of the prompts, those read from a cache included.</param>
/// <param name="CachedInput">Of these, tokens that were read from a cache.</param>
/// <param name="Output">Tokens of the answers, those of reasoning included.</param>
/// <param name="Reasoning">Of these, tokens of reasoning.</param>
public readonly record struct CallTokens(long Input, long CachedInput = 0, long Output = 0, long Reasoning = 0)
{
    /// <summary>Whether no number is negative and no part exceeds its whole.</summary>
    public bool IsValid => Input >= 0 && CachedInput >= 0 && CachedInput <= Input && Output >= 0 && Reasoning >= 0 && Reasoning <= Output;

    /// <summary>Adds up.</summary>
    public static CallTokens operator +(CallTokens left, CallTokens right) => new(
        CallSum.Add(left.Input, right.Input), CallSum.Add(left.CachedInput, right.CachedInput), CallSum.Add(left.Output, right.Output),
        CallSum.Add(left.Reasoning, right.Reasoning));
}
