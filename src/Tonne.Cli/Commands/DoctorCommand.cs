using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Terminal;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.PlaceDetection;
using Tonne.Quantities;

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
                WriteJson(context, examination, settings);
            else
                DoctorText.Write(context, examination, settings.Home);
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

    static void WriteJson(CommandContext context, DiagnosticsReport found, Settings settings) =>
        context.Out.WriteLine(JsonText.Build(writer =>
        {
            writer.WriteString("schema", "tonne.doctor/1");
            writer.WriteString("root", found.Root);
            writer.WriteString("home", settings.Home);
            writer.WriteStartObject("machine");
            writer.WriteString("kind", EnumWords.Format(found.Machine.Kind));
            writer.WriteString("cpu", found.Machine.Cpu);
            writer.WriteString("microarchitecture", found.Machine.Microarchitecture);
            writer.WriteNumber("threads", found.Machine.Threads);
            writer.WriteNumber("memory_bytes", found.Machine.MemoryBytes);
            writer.WriteBoolean("virtual", found.Machine.Virtual);
            writer.WriteEndObject();
            writer.WriteStartObject("place");
            writer.WriteString("zone", found.Place.Zone);
            writer.WriteString("region", found.Place.Region);
            writer.WriteString("how", EnumWords.Format(found.Place.How));
            writer.WriteString("detail", found.Place.Detail);
            writer.WriteEndObject();
            writer.WriteStartArray("components");
            foreach (var basis in found.Bases)
            {
                writer.WriteStartObject();
                writer.WriteString("component", EnumWords.Format(basis.Component));
                writer.WriteString("device", basis.Device);
                writer.WriteString("quality", basis.Quality.ToString().ToLowerInvariant());
                writer.WriteString("why", basis.Why);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("meters");
            foreach (var meter in found.Meters)
            {
                writer.WriteStartObject();
                writer.WriteString("id", meter.Meter.Id);
                writer.WriteString("component", meter.Meter.Component.ToString().ToLowerInvariant());
                writer.WriteString("device", meter.Meter.Device);
                writer.WriteString("role", meter.Meter.Role.ToString().ToLowerInvariant());
                writer.WriteString("note", meter.Meter.Note);
                writer.WriteString("problem", meter.Problem);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("missing");
            foreach (var missing in found.Missing)
            {
                writer.WriteStartObject();
                writer.WriteString("id", missing.Id);
                writer.WriteString("path", missing.Path);
                writer.WriteString("reason", missing.Reason);
                writer.WriteString("advisory", missing.Advisory);
                writer.WriteStartArray("remedies");
                foreach (var remedy in missing.Remedies)
                {
                    writer.WriteStartObject();
                    writer.WriteString("summary", remedy.Summary);
                    writer.WriteString("command", remedy.Command);
                    writer.WriteBoolean("lasts_across_boots", remedy.PersistsAcrossReboots);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (found.ControlGroup is { } group)
            {
                writer.WriteStartObject("control_group");
                writer.WriteBoolean("possible", group.IsSupported);
                writer.WriteString("where", group.Folder);
                writer.WriteEndObject();
            }

            if (found.Cost is { } cost)
                writer.WriteNumber("sample_cpu_us", cost.CpuMicroseconds);
        }));
}
