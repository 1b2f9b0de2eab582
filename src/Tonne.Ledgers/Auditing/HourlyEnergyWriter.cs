using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tonne.Ledgers.Auditing;

/// <summary>Writes energy by hour, account and zone as CSV, each line with the hash that continues that of the line before
/// (docs/formats/audit.md). Not thread-safe.</summary>
/// <param name="writer">Where it is written; the caller disposes it.</param>
public sealed class HourlyEnergyWriter(TextWriter writer)
{
    /// <summary>The columns: those of <see cref="HourlyAudit.Columns"/> with the number of runs in the place of their ids.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        [.. HourlyAudit.Columns.Select(static column => column == "runs" ? "run_count" : column)];

    /// <summary>Lines that were written, without the header.</summary>
    public long Lines { get; private set; }

    /// <summary>Hash of the last line; empty before the first.</summary>
    public string LastHash { get; private set; } = "";

    /// <summary>Energy that was written, kWh.</summary>
    public double KilowattHours { get; private set; }

    /// <summary>Emissions that were written, kg CO2e.</summary>
    public double Kilograms { get; private set; }

    /// <summary>Writes rows; before the first the header.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="now">The time, UTC.</param>
    public void Write(IEnumerable<HourlyEnergyRow> rows, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var row in rows)
        {
            if (Lines == 0)
            {
                var header = string.Join(',', Columns);
                writer.Write(header + "\n");
                LastHash = ComputeHash("", header);
            }

            var fields = row.Format(now, row.Runs.Count.ToString(CultureInfo.InvariantCulture));
            LastHash = ComputeHash(LastHash, fields);
            writer.Write(fields + "," + LastHash + "\n");
            Lines++;
            KilowattHours += row.KilowattHours;
            Kilograms += row.Kilograms;
        }
    }

    /// <summary>The hash of a line.</summary>
    /// <param name="previous">The hash of the line before; empty for the header.</param>
    /// <param name="fields">The line without its hash and the comma before it.</param>
    internal static string ComputeHash(string previous, string fields) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(previous + "\n" + fields)));
}
