using Tonne.Cli.Commands;

namespace Tonne.Cli;

/// <summary>The entry of <c>tonne</c>: passes the arguments to the commands, and turns errors into messages and exit codes.</summary>
static class Program
{
    static int Main(string[] args) => CommandLine.Invoke(args, CommandContext.FromCurrentProcess());
}
