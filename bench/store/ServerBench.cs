using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Npgsql;

namespace Tonne.Store.Bench;

/// <summary>Asks a real tonne-server over HTTP, as the pages do, and reads its memory.</summary>
static class ServerBench
{
    const string Token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>Questions of the pages: a name and an address.</summary>
    static readonly (string Name, string Address)[] _questions =
    [
        ("first page", "/api/v1/runs?sort=-started&limit=50"),
        ("page 2, by its `next`", "next"),
        ("page 10,000 (offset 499,950)", "/api/v1/runs?limit=50&offset=499950"),
        ("first page, largest emissions", "/api/v1/runs?sort=-emissions&limit=50"),
        ("first page, least emissions", "/api/v1/runs?sort=emissions&limit=50"),
        ("first page, longest", "/api/v1/runs?sort=-duration&limit=50"),
        ("first page, by name", "/api/v1/runs?sort=name&limit=50"),
        ("first page, by name downwards", "/api/v1/runs?sort=-name&limit=50"),
        ("first page, by person downwards", "/api/v1/runs?sort=-user&limit=50"),
        ("first page, by machine", "/api/v1/runs?sort=machine&limit=50"),
        ("first page, by status", "/api/v1/runs?sort=status&limit=50"),
        ("first page of a project", "/api/v1/runs?project=project-3&limit=50"),
        ("first page of a person", "/api/v1/runs?user=user-107&limit=50"),
        ("first page of a machine", "/api/v1/runs?machine=node-77&limit=50"),
        ("first page of a month", "/api/v1/runs?since=2025-06&until=2025-07&limit=50"),
        ("runs that are recorded now", "/api/v1/runs?status=running&limit=6"),
        ("search, a word that many have", "/api/v1/runs?q=train-77&limit=50"),
        ("search, two words", "/api/v1/runs?q=TRAIN-77+project-3&limit=50"),
        ("search, a word that none has", "/api/v1/runs?q=nothing-has-this&limit=50"),
        ("a tag", "/api/v1/runs?tag=model%3Dmodel-11&limit=50"),
        ("one run", "run"),
        ("one run's page", "report"),
        ("filters", "/api/v1/filters"),
        ("total of a month by project", "/api/v1/totals?since=2025-06&until=2025-07&by=project"),
        ("total of a day by user", "/api/v1/totals?since=2025-06-05&until=2025-06-06&by=user"),
        ("nodes", "/api/v1/fleet/nodes"),
        ("/metrics", "/metrics"),
    ];

    /// <summary>Measures and prints a table.</summary>
    /// <param name="server">tonne-server.dll.</param>
    /// <param name="connectionString">The database; its login's role decides nothing, its one person does.</param>
    /// <param name="only">Part of the names of the questions that are asked; null for all.</param>
    public static async Task MeasureAsync(string server, string connectionString, string? only)
    {
        await SetOwnerAsync(connectionString, "*", "owner");
        var owner = await MeasureOneAsync(server, connectionString, only);
        // The server has one person for all who have its token; here it is made a member of one account.
        await SetOwnerAsync(connectionString, "account-7", "viewer");
        var member = await MeasureOneAsync(server, connectionString, only);
        await SetOwnerAsync(connectionString, "*", "owner");
        Console.WriteLine("\n| over HTTP | owner: cold | owner: warm | member: cold | member: warm |\n|---|---|---|---|---|");
        foreach (var (name, cold, warm) in owner.Rows)
        {
            var (_, memberCold, memberWarm) = member.Rows.First(row => row.Name == name);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {cold:0} ms | {warm:0.0} ms | {memberCold:0} ms | {memberWarm:0.0} ms |"));
        }

        Console.WriteLine($"\nWorking set of the server, MiB: {owner.Memory} (owner); {member.Memory} (member)");
    }

    static async Task<(List<(string Name, double Cold, double Warm)> Rows, string Memory)> MeasureOneAsync(
        string server, string connectionString, string? only)
    {
        var home = Directory.CreateTempSubdirectory("tonne-store-home-").FullName;
        Directory.CreateDirectory(Path.Combine(home, "tonne"));
        await File.WriteAllTextAsync(Path.Combine(home, "tonne", "serve-token"), Token);
        File.SetUnixFileMode(Path.Combine(home, "tonne", "serve-token"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Path.Combine(home, "tonne"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("dotnet", [server, "serve", "--port", "0", "--no-open"]) { RedirectStandardOutput = true };
        start.Environment["TONNE_DATABASE"] = connectionString;
        start.Environment["TONNE_HOME"] = Path.Combine(home, "ledger");
        start.Environment["XDG_STATE_HOME"] = home;
        using var process = Process.Start(start)!;
        try
        {
            string? address = null;
            while (address is null && await process.StandardOutput.ReadLineAsync() is { } line)
                address = line.Trim() is ['h', 't', 't', 'p', ..] found ? found[..found.IndexOf("/?", StringComparison.Ordinal)] : null;
            using var client = new HttpClient { BaseAddress = new Uri(address!), Timeout = TimeSpan.FromMinutes(5) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            await client.GetStringAsync(new Uri("/api/v1/version", UriKind.Relative));
            var memory = new List<string> { $"{ReadMemory(process)} at the start" };
            var rows = new List<(string, double, double)>();
            var page = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/runs?limit=50", UriKind.Relative)))!;
            const string run = "20250615-120000-abc000";
            memory.Add($"{ReadMemory(process)} after a list");
            foreach (var (name, question) in _questions.Where(question => only is null || question.Name.Contains(only, StringComparison.Ordinal)))
            {
                var path = question switch
                {
                    "next" => (string)page["next"]!,
                    "run" => $"/api/v1/runs/{run}",
                    "report" => $"/api/v1/runs/{run}/report",
                    _ => question,
                };
                // A list that was counted is known for some seconds: between the warm ones is no time to forget it, before the first there was.
                var times = new List<double>();
                for (var i = 0; i < (question == "/metrics" ? 3 : 7); i++)
                {
                    var began = TimeProvider.System.GetTimestamp();
                    using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                    // The nodes are for the owner of the fleet.
                    if (answer.StatusCode != System.Net.HttpStatusCode.Forbidden)
                        await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
                    times.Add(answer.IsSuccessStatusCode ? TimeProvider.System.GetElapsedTime(began).TotalMilliseconds : double.NaN);
                }

                rows.Add((name, times[0], times.Skip(1).Order().ElementAt((times.Count - 1) / 2)));
                if (question.StartsWith("/api/v1/totals", StringComparison.Ordinal) || question is "/metrics" or "/api/v1/filters")
                    memory.Add($"{ReadMemory(process)} after {name}");
            }

            return (rows, string.Join(", ", memory));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    static long ReadMemory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / (1024 * 1024);
    }

    static async Task SetOwnerAsync(string connectionString, string account, string role)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var set = new NpgsqlCommand("""
            delete from tonne.members where person = 'holder of the token';
            insert into tonne.members (person, account, role) values ('holder of the token', $1, $2)
            """.Replace("$1", $"'{account}'", StringComparison.Ordinal).Replace("$2", $"'{role}'", StringComparison.Ordinal), connection);
        await set.ExecuteNonQueryAsync();
    }
}
