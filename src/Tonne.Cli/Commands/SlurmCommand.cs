using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Files;
using Tonne.Instruments.Slurm;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne slurm</c>: accounts every job of a cluster, without any action of its users; and starts jobs at clean hours where users choose it.</summary>
/// <remarks>See docs/slurm.md. Prolog and epilog always return 0.</remarks>
static class SlurmCommand
{
    public static Command Build(CommandContext context) =>
        new("slurm", "Account every job of a Slurm cluster, without any action of its users; start jobs at clean hours.")
        {
            BuildHook(context, "prolog", "Start the recorder of a job on this node; Slurm's Prolog runs it.", Start, isHidden: false),
            BuildHook(context, "epilog", "End the recorder of a job on this node; Slurm's Epilog runs it.", End, isHidden: false),
            BuildHook(context, "record", "Record a job until its epilog; the prolog starts it.", Record, isHidden: true),
            BuildInstall(context),
            SlurmIntensitiesCommand.Build(context),
            SlurmJobSubmitCommand.Build(context),
            SlurmSettleCommand.Build(context),
        };

    static Option<string> CreateConfigOption() => new(RootConfiguration.FolderOption)
    {
        Description = "Folder of tonne.yaml and NODE.yaml; only root may write to it",
        HelpName = "DIR",
        DefaultValueFactory = _ => RootConfiguration.DefaultFolder,
    };

    static Option<string> CreateStateOption() => new("--state")
    {
        Description = "Folder of the recorders' files and log, on the node itself",
        HelpName = "DIR",
        DefaultValueFactory = _ => RecorderFiles.DefaultFolder,
    };

    static Command BuildHook(CommandContext context, string name, string description, Action<CommandContext, SlurmJob, RecorderFiles, AdminLog, string> act, bool isHidden)
    {
        var (config, state) = (CreateConfigOption(), CreateStateOption());
        var command = new Command(name, description) { config, state };
        command.Hidden = isHidden;
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(state)!;
            var log = new AdminLog(folder, context.Time);
            try
            {
                if (SlurmJob.Read(context.GetVariable, out var problem) is not { } job)
                {
                    log.Write(name, problem!);
                    context.Error.WriteLine($"tonne: {problem}");
                    return 0;
                }

                var files = new RecorderFiles(folder, job);
                if (files.Prepare() is { } refusal)
                    log.Write($"job {job.Id} on {job.Node}", $"is not accounted, because {folder} is not used: {refusal}.");
                else
                    act(context, job, files, log, parsed.GetValue(config)!);
            }
#pragma warning disable CA1031 // A prolog that fails drains the node.
            catch (Exception error)
#pragma warning restore CA1031
            {
                log.Write(name, $"{error.Message} ({error.GetType().Name})");
            }

            return 0;
        });
        return command;
    }

    static void Start(CommandContext context, SlurmJob job, RecorderFiles files, AdminLog log, string config) =>
        new RecorderControl(files, log, context.Time).Start(job, ["slurm", "record", RootConfiguration.FolderOption, config, "--state", files.Folder]);

    static void End(CommandContext context, SlurmJob job, RecorderFiles files, AdminLog log, string config) =>
        new RecorderControl(files, log, context.Time).End(job, ReadExitCode(context.GetVariable));

    static void Record(CommandContext context, SlurmJob job, RecorderFiles files, AdminLog log, string config)
    {
        try
        {
            new JobRecorder(context, files, log).Record(job, Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root));
        }
        catch (SettingsException error)
        {
            log.Write($"job {job.Id} on {job.Node}", "is not accounted: " + error.Message);
        }
    }

    /// <summary>The exit code of the job: <c>SLURM_JOB_EXIT_CODE2</c> is <c>code:signal</c>; null if it is not there.</summary>
    internal static int? ReadExitCode(Func<string, string?> getVariable) =>
        getVariable("SLURM_JOB_EXIT_CODE2")?.Split(':') is [var code, var signal]
        && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exit) && int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number > 0 ? 128 + number : exit : null;

    static Command BuildInstall(CommandContext context)
    {
        var folder = new Option<string>("--folder") { Description = "Folder in which the two scripts are written", HelpName = "DIR", DefaultValueFactory = _ => RootConfiguration.DefaultFolder };
        var (config, state) = (CreateConfigOption(), CreateStateOption());
        var command = new Command("install", "Write the two scripts that slurm.conf names, and print its lines.") { folder, config, state };
        command.SetAction(parsed =>
        {
            var target = Path.GetFullPath(parsed.GetValue(folder)!);
            foreach (var path in new[] { target, parsed.GetValue(config)!, Path.GetDirectoryName(Environment.ProcessPath!)! })
            {
                if (TrustedPath.FindFolderProblem(path) is { } problem)
                    throw new InvalidInputException($"Slurm would run this as root, so nobody else may change it: {problem}.");
            }

            Directory.CreateDirectory(target);
            foreach (var verb in SlurmScripts.Verbs)
            {
                var path = Path.Combine(target, "slurm-" + verb);
                File.WriteAllText(path, SlurmScripts.Create(verb, Environment.ProcessPath!, parsed.GetValue(config)!, parsed.GetValue(state)!));
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }

            context.Out.WriteLine("# Add to slurm.conf on every node, then: scontrol reconfigure");
            context.Out.WriteLine($"Prolog={Path.Combine(target, "slurm-prolog")}");
            context.Out.WriteLine($"Epilog={Path.Combine(target, "slurm-epilog")}");
            context.Out.WriteLine("PrologFlags=Alloc");
            return 0;
        });
        return command;
    }
}
