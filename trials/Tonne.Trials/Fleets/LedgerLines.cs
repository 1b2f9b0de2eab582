using System.Security.Cryptography;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Trials.Fleets;

/// <summary>What the ledgers of the nodes have.</summary>
/// <param name="Hashes">Run, sequence, node and SHA-256 of each line.</param>
/// <param name="Microjoules">Energy of each run.</param>
/// <param name="Nodes">Runs of each node, and number and energy of those that are not of the whole machine.</param>
/// <param name="FacilityKilowattHours">Facility energy of all.</param>
sealed record LedgerLines(
    List<string> Hashes, Dictionary<string, long> Microjoules, Dictionary<string, (int Runs, int Summed, long SummedMicrojoules)> Nodes,
    double FacilityKilowattHours)
{
    internal static LedgerLines Read(Dictionary<string, LedgerHome> homes)
    {
        var lines = new LedgerLines([], new(StringComparer.Ordinal), new(StringComparer.Ordinal), 0);
        foreach (var (node, home) in homes)
        {
            var (runs, summed, sum) = (0, 0, 0L);
            foreach (var folder in home.GetRunFolders())
            {
                if (!folder.IsClosed)
                {
                    // Its recorder was killed before anything was measured.
                    Assert.True(folder.ReadOpening() is null, $"{folder.Location} was left open");
                    continue;
                }

                var (microjoules, kilowattHours, coversNode) = lines.Read(node, folder);
                lines = lines with { FacilityKilowattHours = lines.FacilityKilowattHours + kilowattHours };
                runs++;
                if (coversNode)
                    continue;
                summed++;
                sum += microjoules;
            }

            lines.Nodes[node] = (runs, summed, sum);
        }

        return lines;
    }

    (long Microjoules, double FacilityKilowattHours, bool CoversNode) Read(string node, RunFolder folder)
    {
        var bytes = File.ReadAllBytes(folder.RecordPath);
        Assert.Equal((byte)'\n', bytes[^1]);
        var record = PushedRun.ReadRecord(Add(0, bytes.AsMemory(..^1)));
        var statements = new List<FootprintStatement>();
        var number = 0;
        ReadOnlyMemory<byte> rest = File.ReadAllBytes(folder.StatementsPath);
        for (; rest.Span.IndexOf((byte)'\n') is >= 0 and var end; rest = rest[(end + 1)..])
            statements.Add(PushedRun.ReadStatement(Add(++number, rest[..end])));
        Assert.True(rest.IsEmpty, $"{folder.StatementsPath} ends in the middle of a line");
        var microjoules = record.Components.Sum(part => part.JobMicrojoules);
        Assert.True(Microjoules.TryAdd(folder.Id, microjoules), $"two ledgers have {folder.Id}");
        return (microjoules, PushedRun.Summarize(record, statements).FacilityEnergy!.Bounds.Best, record.Opening.CoversNode);

        PushedLine Add(int sequence, ReadOnlyMemory<byte> line)
        {
            Hashes.Add($"{folder.Id} {sequence} {node} {Convert.ToHexStringLower(SHA256.HashData(line.Span))}");
            return new PushedLine(folder.Id, sequence, line);
        }
    }
}
