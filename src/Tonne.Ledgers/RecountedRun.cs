using Tonne.Accounting;

namespace Tonne.Ledgers;

/// <summary>A run that was accounted again.</summary>
/// <param name="Id">Id.</param>
/// <param name="Before">The former statement; null if there is none that can be read.</param>
/// <param name="After">The new statement.</param>
/// <param name="Added">Whether it was added; false if its content is the same as before.</param>
public sealed record RecountedRun(string Id, FootprintStatement? Before, FootprintStatement After, bool Added);
