using System.Text.Json;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Totals;

/// <summary>Calls to AI models as JSON, schema <c>tonne.calls-total/1</c>; see docs/formats/calls.md.</summary>
public sealed record CallsDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.calls-total/1";

    /// <summary>What the calls are grouped by.</summary>
    public required string By { get; init; }

    /// <summary>Start of the period, UTC; null if all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>End of the period, UTC, not included; null if all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The groups.</summary>
    public required IReadOnlyList<CallsPart> Rows { get; init; }

    /// <summary>The sum of all calls.</summary>
    public required CallsPart Total { get; init; }

    /// <summary>Lines that could not be read and are not counted.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>A total of calls.</summary>
    /// <param name="total">The total.</param>
    /// <param name="by">What it is grouped by.</param>
    /// <param name="problems">Lines that could not be read.</param>
    /// <param name="since">Start of the period. Default: null, all.</param>
    /// <param name="until">End of the period, not included. Default: null, all.</param>
    public static CallsDocument From(
        CallTotal total, CallGroup by, IEnumerable<LedgerProblem> problems, DateTimeOffset? since = null, DateTimeOffset? until = null)
    {
        ArgumentNullException.ThrowIfNull(total);
        ArgumentNullException.ThrowIfNull(problems);
        return new CallsDocument
        {
            By = EnumWords.Format(by),
            Since = since,
            Until = until,
            Rows = [.. total.Rows.Select(row => CallsPart.From(row, row.Group))],
            Total = CallsPart.From(total.Sum, null),
            Problems = [.. problems.Select(problem => problem.ToString())],
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.CallsDocument);

    /// <summary>A group of calls, or all.</summary>
    /// <param name="Group">Name of the group, empty if unknown; null for all.</param>
    /// <param name="Estimated">Calls to machines of others, whose energy is estimated, and calls without a figure.</param>
    /// <param name="Measured">Calls whose energy was measured in the process that called; its run has it too.</param>
    public sealed record CallsPart(string? Group, CallSumPart Estimated, CallSumPart Measured)
    {
        internal static CallsPart From(CallTotalRow row, string? group) =>
            new(group, CallSumPart.From(row.Estimated), CallSumPart.From(row.Measured));
    }

    /// <summary>Calls added up.</summary>
    /// <param name="Requests">Requests, failed ones included.</param>
    /// <param name="Failed">Requests that failed or were cancelled.</param>
    /// <param name="WithoutFigure">Requests whose energy is unknown.</param>
    /// <param name="EstimatedTokens">Requests whose tokens were estimated from the length of the texts.</param>
    /// <param name="Dropped">Requests that were lost before they were written.</param>
    /// <param name="InputTokens">Tokens of the prompts.</param>
    /// <param name="CachedInputTokens">Of these, read from a cache.</param>
    /// <param name="OutputTokens">Tokens of the answers.</param>
    /// <param name="ReasoningTokens">Of these, reasoning.</param>
    /// <param name="FacilityEnergyKwh">Facility energy.</param>
    /// <param name="OperationalKg">Operational emissions.</param>
    /// <param name="EmissionsKg">Operational and embodied emissions.</param>
    public sealed record CallSumPart(
        long Requests, long Failed, long WithoutFigure, long EstimatedTokens, long Dropped, long InputTokens, long CachedInputTokens,
        long OutputTokens, long ReasoningTokens, Bounds FacilityEnergyKwh, Bounds OperationalKg, Bounds EmissionsKg)
    {
        internal static CallSumPart From(CallSum sum) => new(
            sum.Requests, sum.Failed, sum.WithoutFigure, sum.EstimatedTokens, sum.Dropped, sum.Tokens.Input, sum.Tokens.CachedInput,
            sum.Tokens.Output, sum.Tokens.Reasoning, sum.EnergyKwh, sum.OperationalKg, sum.EmissionsKg);
    }
}
