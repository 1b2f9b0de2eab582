using System.CommandLine;
using Tonne.Cli.Agents;
using Tonne.Cli.Configuration;
using Tonne.Cli.Fleets;
using Tonne.Cli.Terminal;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne fleet rotate-key</c>: a new key for this node. The old one ends when the new one is first used.</summary>
static class RotateKeyCommand
{
    public static Command Build(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "JSON, schema tonne.node-key/1; without the key" };
        var command = new Command("rotate-key", "Get a new key for this node. The old one is valid until the next push.") { json };
        command.SetAction(async (parsed, _) =>
        {
            var home = new LedgerHome(
                Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root).Home);
            var settings = FleetConfiguration.Read(home, out var problem) ?? throw new InvalidInputException(
                problem ?? $"this node is in no fleet: there is no {FleetSettings.GetPath(home)}. `tonne fleet enroll` writes it.");
            // The file is replaced in one step: whatever happens, it has a key that is valid.
            (settings with { Key = await NodeKeyRotation.RequestAsync(settings).ConfigureAwait(false) }).Write(home);
            if (parsed.GetValue(json))
            {
                context.Out.WriteLine(JsonText.Build(writer =>
                {
                    writer.WriteString("schema", "tonne.node-key/1");
                    writer.WriteString("name", settings.Name);
                    writer.WriteString("server", settings.Server.AbsoluteUri);
                    writer.WriteString("file", FleetSettings.GetPath(home));
                }));
            }
            else
                context.Out.WriteLine(
                    $"The new key of {settings.Name} is in {FleetSettings.GetPath(home)}; the old one ends with the next push.");
            return 0;
        });
        return command;
    }
}
