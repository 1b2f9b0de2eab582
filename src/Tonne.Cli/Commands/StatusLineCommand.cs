using System.CommandLine;
using Tonne.Ledgers;
using Tonne.Services.Imports;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne status-line</c>: energy and emissions of a session for the status line of Claude Code.</summary>
/// <remarks>Whatever fails, it prints a short line and ends with 0: the agent shows what it prints.</remarks>
static class StatusLineCommand
{
    public static Command Build(CommandContext context)
    {
        var options = new ImportOptions();
        var command = new Command("status-line", "Print a coding agent's session for its status line. Reads the JSON that Claude Code "
            + "writes to the command, counts the new replies of the transcript, and prints one line.");
        options.AddPlaceTo(command);
        command.SetAction(parsed =>
        {
            // A wrong option is a mistake in settings.json, which the user should see.
            var import = options.Read(parsed, context);
            context.Out.WriteLine(CreateLine(context, import));
            return 0;
        });
        return command;
    }

    static string CreateLine(CommandContext context, TokenImportOptions options)
    {
        try
        {
            using var input = context.OpenInput();
            return StatusLine.Create(input, LedgerSession.OpenWithoutClosing(context).Ledger.Home, options, context.Time,
                context.Unicode ? "–" : "-");
        }
        catch (LedgerUnavailableException)
        {
            return "tonne: the ledger cannot be used";
        }
#pragma warning disable CA1031 // A defect must not put a stack trace into the agent's screen.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return "tonne: no figure";
        }
    }
}
