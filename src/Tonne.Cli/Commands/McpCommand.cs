using System.CommandLine;
using Tonne.Cli.Serving;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne mcp</c>: tools for language models over standard input and output.</summary>
static class McpCommand
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("mcp", "Serve ledger and estimates to language models. It speaks the Model Context Protocol (MCP) on standard input and output; 'tonne serve' has it over HTTP, at /mcp.");
        command.SetAction(_ => ServerProgram.Start(context, ["mcp"]));
        return command;
    }
}
