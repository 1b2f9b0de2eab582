using System.Collections.Immutable;
using Tonne.Accounting;

namespace Tonne.Ledgers.RunFolders;

/// <summary>The statements of a run that can be read, oldest first, and the problems of the others.</summary>
/// <param name="Statements">Those that can be read.</param>
/// <param name="Lines">The line of each in its file, from 1.</param>
/// <param name="Problems">One for each line that cannot be read.</param>
public sealed record StoredStatements(ImmutableArray<FootprintStatement> Statements, ImmutableArray<int> Lines, ImmutableArray<LedgerProblem> Problems);
