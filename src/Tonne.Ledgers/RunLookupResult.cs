using System.Collections.Immutable;

namespace Tonne.Ledgers;

/// <summary>The result of looking up a run by a text.</summary>
public abstract record RunLookupResult
{
    RunLookupResult()
    {
    }

    /// <summary>One run.</summary>
    /// <param name="Run">The run.</param>
    public sealed record One(RunSummary Run) : RunLookupResult;

    /// <summary>Several runs match.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="Runs">The runs that match, newest first.</param>
    public sealed record Ambiguous(string Text, ImmutableArray<RunSummary> Runs) : RunLookupResult
    {
        /// <summary>The message for the user.</summary>
        public override string ToString() =>
            $"'{Text}' matches {Runs.Length} runs: {string.Join(", ", Runs.Take(8).Select(run => $"{run.Id} ({run.Name})"))}{(Runs.Length > 8 ? ", …" : "")}. Give more of the id, or `last` for the newest of all.";
    }

    /// <summary>No run matches.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="Nearest">Similar names and ids, best first.</param>
    public sealed record None(string Text, ImmutableArray<string> Nearest) : RunLookupResult
    {
        /// <summary>The message for the user.</summary>
        public override string ToString() => Nearest.IsEmpty
            ? $"There is no run '{Text}'. `tonne list` shows all."
            : $"There is no run '{Text}'. Similar: {string.Join(", ", Nearest)}. `tonne list` shows all.";
    }
}
