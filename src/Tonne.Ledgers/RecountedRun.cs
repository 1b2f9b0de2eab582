using Tonne.Accounting;

namespace Tonne.Ledgers;

/// <summary>A run that was accounted again.</summary>
/// <param name="Id">Id.</param>
/// <param name="Before">What was stated before; null if nothing that can be read.</param>
/// <param name="After">What is stated now.</param>
/// <param name="Added">Whether it was added: not if it says the same as before.</param>
public sealed record RecountedRun(string Id, FootprintStatement? Before, FootprintStatement After, bool Added);
