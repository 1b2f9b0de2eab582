using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Trials.Fleets;

/// <summary>A run made from a real one, with texts that no other run has: whoever may not see it must not see one of them.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Project">Its project.</param>
/// <param name="Account">The account that is charged; null for none.</param>
/// <param name="User">Its user.</param>
sealed record SecretRun(string Id, string Name, string Project, string? Account, string User)
{
    /// <summary>Texts of this run alone.</summary>
    public string[] Secrets => [Id[^6..], Name, Project];

    /// <summary>Makes a run and its lines.</summary>
    /// <param name="random">Gives its secrets.</param>
    /// <param name="lines">The lines of a real run.</param>
    /// <param name="account">The account.</param>
    /// <param name="user">The user.</param>
    public static (SecretRun Run, IReadOnlyList<PushedLine> Lines) Create(
        Random random, IReadOnlyList<PushedLine> lines, string? account, string user)
    {
        // Hexadecimal digits that are no number and no word.
        string Next(char first) => first + "q" + random.Next(1 << 16).ToString("x4", CultureInfo.InvariantCulture);
        var mark = Next('z') + Next('y');
        var run = new SecretRun(lines[0].Run[..16] + Next('x'), "name-" + mark, "project-" + Next('w') + mark, account, user);
        var record = JsonNode.Parse(lines[0].Line.Span)!["record"]!.AsObject();
        var opening = record["opening"]!.AsObject();
        (opening["id"], opening["name"], opening["project"], opening["user"]) = (run.Id, run.Name, run.Project, user);
        opening["tags"] = new JsonObject { ["secret"] = run.Name };
        opening["job"] = account is null ? null : new JsonObject { ["launcher"] = "slurm", ["id"] = mark, ["account"] = account };
        return (run,
        [
            new PushedLine(run.Id, 0, Seal("record", record.ToJsonString())),
            .. lines.Skip(1).Select(line => line with { Run = run.Id }),
        ]);
    }

    /// <summary>A line with its checksum, as docs/formats/ledger.md has it: CRC-32C by the processor's own instruction.</summary>
    static byte[] Seal(string name, string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var sum = uint.MaxValue;
        foreach (var one in bytes)
            sum = BitOperations.Crc32C(sum, one);
        return [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"crc32c\":\"{~sum:x8}\",\"{name}\":")), .. bytes,
            (byte)'}'];
    }
}
