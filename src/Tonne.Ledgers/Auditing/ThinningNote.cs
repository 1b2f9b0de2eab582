using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Ledgers.Folders;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>What was left out of a trace, and what the rest folds to: kept beside it, so that a thinned trace can still be checked.</summary>
sealed record ThinningNote
{
    /// <summary>The rule, see docs/formats/ledger.md.</summary>
    public required string Rule { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset ThinnedAt { get; init; }

    /// <summary>Samples before.</summary>
    public required int SamplesBefore { get; init; }

    /// <summary>Samples kept.</summary>
    public required int SamplesAfter { get; init; }

    /// <summary>Bytes before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Largest difference between the record's job energies (by component, stage, quarter hour) and what the thinned trace folds to, ÷ the run's.</summary>
    public required double LargestDeviation { get; init; }

    /// <summary>What the thinned trace folds to.</summary>
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

    /// <summary>Energy of one component by a thinned trace.</summary>
    internal sealed record FoldedEnergy(Component Component, string? Device, long JobMicrojoules, long MachineMicrojoules);
}
