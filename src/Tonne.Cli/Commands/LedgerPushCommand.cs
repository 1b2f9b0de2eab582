using System.CommandLine;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.Agents;
using Tonne.Cli.Terminal;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne ledger push</c>: sends what the server of the fleet does not have yet, once.</summary>
static class LedgerPushCommand
{
    public static Command Build(CommandContext context)
    {
        var server = new Option<string>(
            "--server") { Description = "Address of the server, in place of that of fleet.json; the key is the same", HelpName = "URL" };
        var all = new Option<bool>("--all") { Description = "Offer all lines again, for example after the server lost its database" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.push/1)" };
        var command = new Command(
            "push", "Push what the fleet's server does not have yet, once. Exit code 1 if something still waits.") { server, all, json };
        command.SetAction(parsed =>
        {
            var ledger = LedgerSession.Open(context).Ledger;
            var settings = FleetConfiguration.Read(ledger.Home, out var problem)
                ?? throw new InvalidInputException(
                    problem ?? $"this node is in no fleet: there is no {FleetSettings.GetPath(ledger.Home)}. `tonne fleet enroll` writes "
                        + $"it.");
            if (parsed.GetValue(server) is { } address)
            {
                if (FleetSettings.FindServerProblem(address) is { } wrong)
                    throw new InvalidInputException($"--server: {wrong}.");
                settings = settings with { Server = new Uri(address) };
            }

            using var queue = PushQueue.TryOpen(ledger.Home, settings.Server)
                ?? throw new InvalidInputException(
                    "another process pushes this ledger, mostly the agent: 'tonne agent status' shows what waits.");
            if (parsed.GetValue(all))
                queue.OfferAll();
            else
                queue.Refresh();
            using var http = PushConnection.Create(settings);
            var client = new PushClient(http, settings, queue, context.Time, new Random(Environment.ProcessId));
            var outcome = client.PushAsync(backlog => CreateReport(queue, backlog) with { SentAt = context.Time.GetUtcNow() }, greets: false, CancellationToken.None).GetAwaiter()
                .GetResult();
            Write(context, parsed.GetValue(json), settings, queue.Backlog, outcome);
            return outcome.Problem is null && queue.Backlog.Lines == 0 ? 0 : CommandLine.Failure;
        });
        return command;
    }

    static NodeReport CreateReport(PushQueue queue, PushBacklog backlog) => new()
    {
        Version = VersionCommand.Version,
        FactorsHash = $"{Accountant.MethodVersion} {FactorSet.ShortHash}",
        Waiting = backlog.Lines,
        WaitingSince = backlog.Since,
        Dropped = queue.Dropped,
    };

    static void Write(CommandContext context, bool isJson, FleetSettings settings, PushBacklog backlog, PushOutcome outcome)
    {
        if (isJson)
        {
            context.Out.WriteLine(JsonText.Build(writer =>
            {
                writer.WriteString("schema", "tonne.push/1");
                writer.WriteString("server", settings.Server.AbsoluteUri);
                writer.WriteNumber("accepted", outcome.Accepted);
                writer.WriteNumber("known", outcome.Known);
                writer.WriteNumber("refused", outcome.RefusedCount);
                writer.WriteNumber("waiting", backlog.Lines);
                writer.WriteNumber("sent_bytes", outcome.Bytes);
                writer.WriteString("problem", outcome.Problem);
            }));
            return;
        }

        foreach (var line in outcome.Refused)
            context.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture,
                    $"tonne: the server does not keep line {line.Sequence} of run {line.Run}: "
                        + $"{Formatting.TextSanitizer.ToOneLine(line.Reason)}"));
        if (outcome.Problem is { } problem)
            context.Error.WriteLine("tonne: " + problem);
        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Accepted + outcome.Known} lines pushed to {settings.Server}: {outcome.Accepted} new, {outcome.Known} known "
                + $"already; {outcome.RefusedCount} refused, {backlog.Lines} waiting"));
    }
}
