using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.PowerLimits;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.PlaceDetection;

namespace Tonne.Cli.Commands;

/// <summary>
/// <c>tonne doctor</c>: the meters that work here, those that are missing, the reason, and the command that would enable each.
/// </summary>
static class DoctorCommand
{
    public static Command Build(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.doctor/1)" };
        var capture = new Option<string>("--capture") { Description = "Pack the sensor files into a tar for someone else to examine", HelpName = "FILE" };
        var sysroot = new Option<string>("--sysroot") { Description = "Examine this folder instead of /", HelpName = "DIR" };
        var meter = new Option<string[]>("--meter") { Description = "Another meter, such as shelly://HOST (docs/methods/plug.md)", HelpName = "ADDRESS", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        var command = new Command("doctor", "Show which meters work here and how to enable the others.") { json, capture, sysroot, meter };
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(
                new Dictionary<Setting, string?>
                {
                    [Setting.Sysroot] = parsed.GetValue(sysroot),
                    [Setting.Meter] = parsed.GetValue(meter) is { Length: > 0 } meters ? string.Join(' ', meters) : null,
                },
                context.GetVariable, context.CurrentDirectory, context.Root);
            if (!Directory.Exists(settings.Sysroot))
                throw new InvalidInputException($"--sysroot '{settings.Sysroot}' is not a folder. Unpack a capture first: tar -xf FILE -C FOLDER");
            var tree = new FileTree(settings.Sysroot);
            if (parsed.GetValue(capture) is { } file)
                return Capture(context, tree, file);
            var examination = MachineDiagnostics.Run(tree, settings.Place ?? PlaceDetector.DetectByTimeZone(tree, context.GetVariable("TZ")), settings.CreateDiscoveryOptions(context.GetVariable));
            if (parsed.GetValue(json))
                context.Out.WriteLine(DiagnosticsDocument.ToJson(examination, settings.Home));
            else
                DoctorText.Write(context, examination, settings.Home);
            if (new PowerLimitFile(settings.Home).DescribeLeft() is { } left)
                context.Error.WriteLine("tonne: " + left);
            return 0;
        });
        return command;
    }

    static int Capture(CommandContext context, FileTree tree, string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        var packed = SupportBundle.Write(tree, Environment.MachineName, stream);
        context.Out.WriteLine($"{packed.Count} files packed into {file}; serial numbers, hardware addresses and the host's name are masked.");
        context.Out.WriteLine($"To examine it: mkdir bundle && tar -xf {file} -C bundle && tonne doctor --sysroot bundle");
        return 0;
    }
}
