using System.Collections.Immutable;

namespace Tonne.Ledgers;

/// <summary>What a text that names a run stands for.</summary>
public abstract record RunLookupResult
{
    RunLookupResult()
    {
    }

    /// <summary>One run.</summary>
    /// <param name="Run">It.</param>
    public sealed record One(RunSummary Run) : RunLookupResult;

    /// <summary>Several runs fit.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="Runs">Those that fit, newest first.</param>
    public sealed record Ambiguous(string Text, ImmutableArray<RunSummary> Runs) : RunLookupResult
    {
        /// <summary>What to tell.</summary>
        public override string ToString() =>
            $"'{Text}' may be any of {Runs.Length} runs: {string.Join(", ", Runs.Take(8).Select(run => $"{run.Id} ({run.Name})"))}{(Runs.Length > 8 ? ", …" : "")}. Give more of the id, or `last` for the newest of all.";
    }

    /// <summary>No run fits.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="Nearest">Names and ids that come near, best first.</param>
    public sealed record None(string Text, ImmutableArray<string> Nearest) : RunLookupResult
    {
        /// <summary>What to tell.</summary>
        public override string ToString() => Nearest.IsEmpty
            ? $"There is no run '{Text}'. `tonne list` shows all."
            : $"There is no run '{Text}'. Near it: {string.Join(", ", Nearest)}. `tonne list` shows all.";
    }
}
