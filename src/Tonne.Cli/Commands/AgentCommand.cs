using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Tonne.Cli.Agents;
using Tonne.Cli.Configuration;
using Tonne.Cli.Slurm;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Ledgers;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne agent</c>: measures a node all the time, and pushes its ledger to the server of its fleet.</summary>
static class AgentCommand
{
    const long DefaultMaxDisk = 10_000_000_000;
    const int DefaultMaxWorkloads = 256;

    static readonly (string Unit, long Bytes)[] _units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
            ("TB", 1_000_000_000_000),
    ];

    public static Command Build(CommandContext context) =>
        new("agent", "Measure this node all the time, and push its ledger to a server.") { BuildRun(context), BuildStatus(context) };

    /// <summary>The folder of the configuration of a process of root; read in <see cref="RootConfiguration"/>.</summary>
    static Option<string> CreateConfigOption() => new(RootConfiguration.FolderOption)
    {
        Description = "As root: folder of tonne.yaml; only root may write to it",
        HelpName = "DIR",
        DefaultValueFactory = _ => RootConfiguration.DefaultFolder,
    };

    static Command BuildRun(CommandContext context)
    {
        var node = new Option<string>(
            "--node") { Description = "Name of the node; default: that of fleet.json, else of the machine", HelpName = "NAME" };
        var disk = new Option<string>("--max-disk") { Description = "Most bytes of all runs on the disk; default 10GB", HelpName = "SIZE" };
        var every = new Option<string>(
            "--push-every") { Description = "Time between two pushes, 10ms to 1h; default 1min", HelpName = "TIME" };
        var period = new Option<string>(
            "--job-period") { Description = "Time between samples of a job or pod; default 5s", HelpName = "TIME" };
        var most = new Option<int>(
            "--max-jobs") { Description = "Most jobs and pods recorded at a time; 0: only the node", HelpName = "N",
                DefaultValueFactory = _ => DefaultMaxWorkloads };
        var remote = new Option<string>("--remote-write") { Description = "Send metrics to Prometheus or VictoriaMetrics",
            HelpName = "URL" };
        var otlp = new Option<string>("--otlp") { Description = "Send metrics over OTLP/HTTP", HelpName = "URL" };
        var listen = new Option<string>("--metrics-listen") { Description = "Serve /metrics there", HelpName = "ADDRESS" };
        var send = new Option<string>("--metrics-every") { Description = "Time between metrics; default 15s", HelpName = "TIME" };
        var dcgm = new Option<string>("--dcgm") { Description = "Read GPUs from the DCGM exporter", HelpName = "URL" };
        var kepler = new Option<string>("--kepler") { Description = "Read processors and memory from Kepler", HelpName = "URL" };
        var receive = new Option<string>("--otlp-listen") { Description = "Take hw.energy, hw.power of a collector there", HelpName = "ADDRESS" };
        var recorders = new Option<string>("--slurm-state")
        {
            Description = "Folder of `tonne slurm install --state`; default /run/tonne-slurm", HelpName = "DIR",
            DefaultValueFactory = _ => RecorderFiles.DefaultFolder,
        };
        var command = new Command("run", "Measure this node until SIGTERM or Ctrl-C; for systemd.")
        {
            node, disk, every, period, most, remote, otlp, listen, send, dcgm, kepler, receive, recorders, CreateConfigOption(),
        };
        foreach (var option in SettingOptions.Place.Concat(SettingOptions.Measurement))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (context.HostSystem is { } other)
                throw new InvalidInputException($"an agent needs Linux; this is {other.Name}.");
            var count = parsed.GetValue(most);
            if (count < 0)
                throw new InvalidInputException($"--max-jobs {count.ToString(CultureInfo.InvariantCulture)} is negative.");
            return new AgentSession(context, SettingOptions.Resolve(parsed, context), new AgentRequest(
                parsed.GetValue(node), ReadSize(parsed.GetValue(disk)), ReadTime(
                    parsed.GetValue(every), "--push-every", TimeSpan.FromMinutes(1)),
                ReadTime(parsed.GetValue(period), "--job-period", TimeSpan.FromSeconds(5)), count, parsed.GetValue(recorders)!,
                new TelemetryRequest(
                    TelemetryAddresses.ReadServer(parsed.GetValue(remote), "--remote-write", "/api/v1/write"),
                    TelemetryAddresses.ReadServer(parsed.GetValue(otlp), "--otlp", "/v1/metrics"),
                    TelemetryAddresses.ReadEndpoint(parsed.GetValue(listen), "--metrics-listen", "127.0.0.1:9477"),
                    ReadTime(parsed.GetValue(send), "--metrics-every", TimeSpan.FromSeconds(15))),
                [
                    .. TelemetryAddresses.ReadExporter(parsed.GetValue(dcgm), "--dcgm", "dcgm"),
                    .. TelemetryAddresses.ReadExporter(parsed.GetValue(kepler), "--kepler", "kepler"),
                    .. TelemetryAddresses.ReadReceiver(parsed.GetValue(receive), "--otlp-listen"),
                ])).Run();
        });
        return command;
    }

    static Command BuildStatus(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.agent-status/1)" };
        var command = new Command(
            "status", "Show what the agent of this node measures, and what waits for the server; exit code 1 if none runs.") { json,
                CreateConfigOption() };
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var home = new LedgerHome(settings.Home);
            var status = AgentStatus.Read(home);
            var isRunning = AgentStatus.IsRunning(home);
            if (parsed.GetValue(json))
                WriteJson(context, status, isRunning);
            else
                WriteText(context, home, status, isRunning);
            return isRunning ? 0 : CommandLine.Failure;
        });
        return command;
    }

    static void WriteJson(CommandContext context, AgentStatus? status, bool isRunning) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.agent-status/1");
        writer.WriteBoolean("is_running", isRunning);
        writer.WritePropertyName("status");
        if (status is null)
            writer.WriteNullValue();
        else
            JsonSerializer.Serialize(writer, status, AgentStatusJson.Default.AgentStatus);
    }));

    static void WriteText(CommandContext context, LedgerHome home, AgentStatus? status, bool isRunning)
    {
        if (status is null)
        {
            context.Out.WriteLine(isRunning ? "The agent starts." : $"No agent measures into {home.Root}.");
            return;
        }

        context.Out.WriteLine(isRunning
            ? string.Create(CultureInfo.InvariantCulture,
                $"{status.Node}: measured since {status.StartedAt:yyyy-MM-dd HH:mm} UTC (process {status.ProcessId})")
            : string.Create(CultureInfo.InvariantCulture,
                $"{status.Node}: no agent runs; the last one was seen {status.At:yyyy-MM-dd HH:mm} UTC"));
        Write("run", status.Run ?? "none");
        if (!status.WorkloadRuns.IsEmpty)
            Write("jobs, pods", string.Create(
                CultureInfo.InvariantCulture,
                    $"{status.WorkloadRuns.Length}: "
                        + $"{string.Join(", ", status.WorkloadRuns.Take(3))}{(status.WorkloadRuns.Length > 3 ? ", …" : "")}"));
        Write("measured", status.Measured.IsEmpty ? "nothing; all is modelled" : string.Join(", ", status.Measured));
        Write("server", status.Push.Server ?? "none: `tonne fleet enroll` joins a fleet");
        if (status.Push.Server is not null)
        {
            Write("last answer", status.Push.AnsweredAt is { } at ? string.Create(
                CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss} UTC") : "none yet");
            Write("waiting", string.Create(CultureInfo.InvariantCulture,
                $"{status.Push.Waiting} {(status.Push.Waiting == 1 ? "line" : "lines")}")
                + (status.Push.WaitingSince is { } since
                    ? string.Create(CultureInfo.InvariantCulture, $", the oldest run of {since:yyyy-MM-dd HH:mm} UTC") : ""));
            if (status.Push.Refused > 0)
                Write("refused", string.Create(
                    CultureInfo.InvariantCulture, $"{status.Push.Refused} lines, which the server does not keep"));
            if (status.Push.Dropped > 0)
                Write("dropped", string.Create(
                    CultureInfo.InvariantCulture, $"{status.Push.Dropped} traces of runs that the server does not have"));
        }

        foreach (var metrics in status.Telemetry)
        {
            Write("metrics", string.Create(CultureInfo.InvariantCulture,
                $"{metrics.Address}: {metrics.Delivered} samples sent, {metrics.Waiting} wait")
                + (metrics.Dropped > 0 ? string.Create(CultureInfo.InvariantCulture, $", {metrics.Dropped} dropped") : "")
                + (metrics.Problem is { } failing ? $"; now: {failing}" : ""));
        }

        Write("disk", $"{(status.DiskBytes is { } bytes ? DisplayValue.FormatBytes(bytes) : "?")} of "
            + $"{DisplayValue.FormatBytes(status.MaxDiskBytes)}");
        foreach (var problem in new[] { status.Problem, status.Push.Problem }.OfType<string>().Concat(status.Warnings))
            Write("problem", problem);

        void Write(string label, string text) => context.Out.WriteLine($"  {label,-12} {TextSanitizer.ToOneLine(text)}");
    }

    static TimeSpan ReadTime(string? text, string option, TimeSpan otherwise) => text is null ? otherwise
        : Setting.TryParsePeriod(text, out var time) ? time : throw new InvalidInputException(
            $"{option} '{text}' is not a time from 10ms to 1h, such as 30s.");

    static long ReadSize(string? text)
    {
        if (text is null)
            return DefaultMaxDisk;
        foreach (var (unit, bytes) in _units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var number) && number > 0 && number * bytes < long.MaxValue)
                return (long)(number * bytes);
        }

        throw new InvalidInputException($"--max-disk '{text}' is not a size such as 10GB or 500MiB.");
    }
}
