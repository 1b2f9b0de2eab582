using System.Globalization;
using System.Text;
using System.Text.Json;
using Tonne.Cli.Commands;
using Tonne.Tests.Architecture;

namespace Tonne.Cli.Tests.Fuzzing;

/// <summary>
/// Random input to every command, option and reader of files: an answer or an error with its reason, never a defect, and no figure that is no
/// number. <c>./soak fuzz</c> runs 100,000; TONNE_FUZZ sets how many, TONNE_FUZZ_SEED the seed.
/// </summary>
public sealed class FuzzTests : IDisposable
{
    const int DefaultCount = 300;
    const int MaxFaults = 20;

    // Those that run a command, start or ask a server, train networks, read this machine for seconds, wait for marks, fit all tables again, or
    // write for root.
    static readonly HashSet<string> _withoutCommands =
    [
        "run", "attach", "watch", "bench", "lab", "calibrate", "doctor", "mark", "validate", "slurm", "serve", "proxy", "mcp", "agent", "fleet",
        "push",
    ];

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    static int ReadVariable(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Any_command_line_is_answered_or_refused()
    {
        var random = new Random(ReadVariable("TONNE_FUZZ_SEED", 20261129));
        var files = WriteFiles(random);
        var commands = CommandFuzzer.FindCommands(CommandLine.Build(_terminal.CreateContext(), []), _withoutCommands).Where(choice => choice.Path.Length > 0)
            // With a database the program of the server does the work, and writes by itself what it refuses.
            .Select(choice => choice with { Options = [.. choice.Options.Where(option => !option.Name.StartsWith("--database", StringComparison.Ordinal))] })
            .ToList();
        var fuzzer = new CommandFuzzer(random, commands, files);
        var answered = 0;
        var faults = new List<string>();
        var count = ReadVariable("TONNE_FUZZ", DefaultCount);
        for (var i = 0; i < count; i++)
        {
            // A ledger that grows without end would only be slow.
            if (i % 400 == 399)
                ResetLedger();
            var words = fuzzer.Next();
            var (code, output, error) = _terminal.Type(words);
            var line = string.Join(' ', words.Select(word => JsonSerializer.Serialize(word)));
            answered += code == 0 ? 1 : 0;
            if (FindFault(words, line, code, output, error) is { } fault && faults.Count < MaxFaults)
                faults.Add($"{line}\n  {fault}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(answered > count / 20, $"only {answered} of {count} command lines were answered, so little was computed");
    }

    [Fact]
    public void Any_table_of_runs_is_imported_or_refused_row_by_row_and_listed_after()
    {
        var random = new Random(ReadVariable("TONNE_FUZZ_SEED", 20261129) + 1);
        var count = ReadVariable("TONNE_FUZZ", DefaultCount) / 30;
        for (var i = 0; i < count; i++)
        {
            var file = Path.Combine(_terminal.Folder, $"fuzz-{i}.csv");
            var table = MakeTable(random);
            File.WriteAllText(file, table, new UTF8Encoding(false));
            ResetLedger();
            foreach (var words in (string[][])[["ledger", "import", "codecarbon", file], ["list"], ["list", "--json"], ["show", "last"], ["explain", "last"], ["ledger", "verify"], ["ledger", "export", "--format", "csv"], ["report", "last", "--model-card"]])
            {
                var (code, output, error) = _terminal.Type(words);
                var fault = FindFault(words, table, code, output, error);
                Assert.True(fault is null, $"{string.Join(' ', words)}: {fault}\n{table}");
            }

            File.Delete(file);
        }
    }

    /// <summary>What is wrong with an answer; null if nothing is.</summary>
    static string? FindFault(string[] words, string input, int code, string output, string error)
    {
        if (code is not (0 or 1 or 2))
            return $"exit code {code}";
        if (error.Contains("internal error", StringComparison.Ordinal))
            return error;
        if (code != 0)
            return error.Length == 0 ? "refused without a reason" : null;
        foreach (var text in (string[])["NaN", "Infinity", " ∞ ", " -0 "])
        {
            if (output.Contains(text, StringComparison.Ordinal) && !input.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase))
                return $"{text} in the answer:\n{output}";
        }

        return words.Contains("--json") && output.StartsWith('{') ? FindWrongFigure(output) : null;
    }

    /// <summary>In every quantity low ≤ value ≤ high, and all are numbers. Facility energy is not below IT energy, whole emissions not below operational ones.</summary>
    static string? FindWrongFigure(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Visit(document.RootElement, "");

        static string? Visit(JsonElement element, string path)
        {
            if (element.ValueKind == JsonValueKind.Array)
                return element.EnumerateArray().Select(item => Visit(item, path + "[]")).FirstOrDefault(fault => fault is not null);
            if (element.ValueKind != JsonValueKind.Object)
                return null;
            if (Number(element, "low") is { } low && Number(element, "value") is { } best && Number(element, "high") is { } high && !((low >= 0 || MayBeNegative(path)) && low <= best && best <= high))
                return $"{path}: {low} ≤ {best} ≤ {high}";
            if (Value(element, "energy_kwh") is { } energy && Value(element, "facility_energy_kwh") is { } facility && facility < energy * (1 - 1e-9))
                return $"{path}: {facility} kWh of the facility, {energy} at the plug";
            if (element.TryGetProperty("emissions_kg", out var emissions) && emissions.ValueKind == JsonValueKind.Object
                && Value(emissions, "operational") is { } operational && Value(emissions, "total") is { } total && total < operational * (1 - 1e-9))
                return $"{path}: {total} kg in all, {operational} operational";
            return element.EnumerateObject().Select(property => Visit(property.Value, $"{path}.{property.Name}")).FirstOrDefault(fault => fault is not null);
        }

        // What is saved may be less than nothing.
        static bool MayBeNegative(string path) => path.Contains("saving", StringComparison.Ordinal);

        static double? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

        static double? Value(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? Number(value, "value") : null;
    }

    void ResetLedger()
    {
        var ledger = Path.Combine(_terminal.Folder, "ledger");
        if (Directory.Exists(ledger))
            Directory.Delete(ledger, recursive: true);
    }

    static readonly string[] _columns = ["timestamp", "project_name", "run_id", "duration", "emissions", "emissions_rate", "cpu_power", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "country_name", "country_iso_code", "cloud_provider", "cloud_region", "gpu_count", "gpu_model", "pue", "ram_total_size", "tracking_mode"];

    static readonly string[] _cells = ["", "0", "1", "-1", "0.5", "1e308", "1e-320", "5e-324", "1e18", "NaN", "inf", "1e999", "2026-11-01T10:00:00", "10/03/2024", "France", "FRA", "aws", "us-east-1", "8", "2 x NVIDIA A100-SXM4-80GB", "1.2", "=1+1", "\u001b[2J", "\"a\"\"b\"", "\"two\nlines\"", "\"open", "x,y", "٣", "None", "machine", "99999999999999999999", "0001-01-01T00:00:00", "9999-12-31T23:59:59"];

    static string MakeTable(Random random)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', _columns).Append('\n');
        for (var row = random.Next(6); row >= 0; row--)
        {
            // A row as CodeCarbon writes it, with up to four cells changed.
            string[] cells = ["2026-11-01T10:00:00", "mnist", $"run-{row}", "3600", "0.05", "1.4e-5", "42", "0.1", "0.4", "0.02", "0.52", "France", "FRA", "", "", "1", "1 x NVIDIA A100", "1", "64", "machine"];
            for (var change = random.Next(5); change > 0; change--)
                cells[random.Next(cells.Length)] = _cells[random.Next(_cells.Length)];
            text.AppendJoin(',', random.Next(20) == 0 ? cells[..random.Next(cells.Length)] : cells).Append(random.Next(3) == 0 ? "\r\n" : "\n");
        }

        return text.ToString();
    }

    List<string> WriteFiles(Random random)
    {
        var files = new List<string>();
        void Write(string name, string text)
        {
            var path = Path.Combine(_terminal.Folder, name);
            File.WriteAllText(path, text, new UTF8Encoding(false));
            files.Add(path);
        }

        foreach (var example in Directory.GetFiles(Path.Combine(Repository.Root, "examples", "footprints"), "*.yaml"))
        {
            var text = File.ReadAllText(example);
            Write(Path.GetFileName(example), text);
            var at = random.Next(text.Length);
            Write("cut-" + Path.GetFileName(example), text[..at]);
            Write("huge-" + Path.GetFileName(example), text.Replace(" h\n", "e306 h\n", StringComparison.Ordinal).Replace("MWh", "e300 GWh", StringComparison.Ordinal));
        }

        for (var i = 0; i < 6; i++)
            Write($"runs-{i}.csv", MakeTable(random));
        Write("empty", "");
        Write("zeros", new string('\0', 5000));
        Write("wide.csv", new string(',', 100_000));
        Write("deep.json", new string('[', 100_000));
        Write("lines.jsonl", "{\"schema\":\"tonne.run/1\"}\n{}\nnull\n[1]\n\"x\"\n{\"energy_kwh\":1e999}\n");
        files.Add(_terminal.Folder);
        return files;
    }
}
