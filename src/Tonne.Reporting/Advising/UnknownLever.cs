using System.Collections.Immutable;

namespace Tonne.Reporting.Advising;

/// <summary>A way to reduce whose saving for this work is not known, so that it has no number and no rank.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Why">What is missing.</param>
/// <param name="Command">The command that measures or computes it, word by word, beginning with <c>tonne</c>.</param>
public sealed record UnknownLever(string Name, string Why, ImmutableArray<string> Command);
