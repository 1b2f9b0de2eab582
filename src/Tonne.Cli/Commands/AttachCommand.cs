using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Watching;
using Tonne.Instruments.Processes;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne attach --pid PID</c>: records a process that runs already.</summary>
static class AttachCommand
{
    public static Command Build(CommandContext context)
    {
        var pid = new Option<int?>("--pid") { Description = "The process to record, with its descendants", HelpName = "PID" };
        var jupyter = new Option<bool>("--jupyter") { Description = "Record the Jupyter kernel that runs on this machine" };
        var name = new Option<string>("--name", "-n") { Description = "Name of the run; default: made from the command", HelpName = "N" };
        var tag = RunCommand.CreateTagOption();
        var json = new Option<bool>("--json") { Description = "For programs: a line of JSON when recording has begun, with the socket of marks, and the run (tonne.run/1) at the end" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print nothing at the end" };
        var command = new Command("attach", "Record a process that runs already, from now until it ends or Ctrl-C.") { pid, jupyter, name, tag };
        foreach (var option in SettingOptions.Place.Concat(SettingOptions.Measurement))
            command.Options.Add(option);
        command.Options.Add(json);
        command.Options.Add(quiet);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            using var process = AttachedProcess.Find(ChooseProcess(parsed.GetValue(pid), parsed.GetValue(jupyter)), context, settings);
            var request = new RunRequest(
                [.. process.Command], parsed.GetValue(name) ?? process.DefaultName, RunCommand.ParseTags(parsed.GetValue(tag) ?? []),
                parsed.GetValue(json) ? RunSession.StandardOutput : null, parsed.GetValue(quiet) || parsed.GetValue(json))
            {
                JoinsRanks = true,
                Attached = process.Identity,
                GetVariable = process.GetVariable,
            };
            return new AttachSession(context, settings, process, request).Run();
        });
        return command;
    }

    static int ChooseProcess(int? pid, bool jupyter)
    {
        if (jupyter == pid is not null)
            throw new InvalidInputException("give the process to record: --pid PID, or --jupyter.");
        if (pid is { } id)
            return id;
        var kernels = FollowedProcess.FindJupyterKernels();
        return kernels.Count switch
        {
            1 => kernels[0],
            0 => throw new InvalidInputException("no Jupyter kernel runs on this machine, or it is another user's: start the notebook first, or give --pid."),
            _ => throw new InvalidInputException("several Jupyter kernels run: give one with --pid: " + string.Join(", ", kernels.Select(kernel => $"{kernel.ToString(CultureInfo.InvariantCulture)} ({string.Join(' ', FollowedProcess.ReadCommand(kernel).TakeLast(1))})")) + "."),
        };
    }
}
