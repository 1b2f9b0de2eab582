using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>
/// A note about a thinned trace: what was left out, and what record the rest gives. It is stored beside the trace, so that a thinned trace
/// can still be checked.
/// </summary>
sealed record ThinningNote
{
    /// <summary>The rule, see docs/formats/ledger.md.</summary>
    public required string Rule { get; init; }

    /// <summary>Time of thinning, UTC.</summary>
    public required DateTimeOffset ThinnedAt { get; init; }

    /// <summary>Samples before.</summary>
    public required int SamplesBefore { get; init; }

    /// <summary>Samples kept.</summary>
    public required int SamplesAfter { get; init; }

    /// <summary>Bytes before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>
    /// Largest difference between the record's job energies (by component, stage, quarter hour) and those computed from the thinned trace,
    /// ÷ the run's.
    /// </summary>
    public required double LargestDeviation { get; init; }

    /// <summary>The energies computed from the thinned trace.</summary>
    public required ImmutableArray<FoldedEnergy> Folded { get; init; }

    internal static ImmutableArray<FoldedEnergy> CollectEnergies(RunRecord record) =>
        [.. record.Components.Select(component => new FoldedEnergy(component.Component, component.Device, component.JobMicrojoules, component.MachineMicrojoules))];

    internal IReadOnlyList<string> FindDifferences(RunRecord folded) =>
        [.. CollectEnergies(folded).Except(Folded).Select(now => $"{now.Component} {now.Device}".TrimEnd() + $": {now.JobMicrojoules} of {now.MachineMicrojoules} µJ"),
            .. Folded.Where(then => !folded.Components.Any(now => now.Component == then.Component && now.Device == then.Device)).Select(then => $"{then.Component} {then.Device}".TrimEnd() + " is gone")];

    internal byte[] ToChecksummedLine() => ChecksummedLine.Write("thinned", JsonSerializer.SerializeToUtf8Bytes(this, ThinningJson.Default.ThinningNote));

    internal static ThinningNote? Read(RunFolder folder, out string? wrong)
    {
        try
        {
            wrong = ChecksummedLine.Read("thinned", File.ReadAllBytes(folder.ThinningNotePath), out var json);
            return wrong is null ? JsonSerializer.Deserialize(json.Span, ThinningJson.Default.ThinningNote) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            wrong = error.Message.TrimEnd('.');
            return null;
        }
    }

    /// <summary>Energy of one component, computed from a thinned trace.</summary>
    internal sealed record FoldedEnergy(Component Component, string? Device, long JobMicrojoules, long MachineMicrojoules);
}
