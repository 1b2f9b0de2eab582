using System.CommandLine;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne completion SHELL</c>: a script that calls tonne to complete a command line.</summary>
static class CompletionCommand
{
    static readonly Dictionary<string, string> _scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _tonne() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(tonne "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _tonne tonne
            """,
        ["zsh"] = """
            #compdef tonne
            _tonne() {
                local -a words_found
                words_found=("${(@f)$(tonne "[suggest:$((CURSOR))]" "$BUFFER" 2>/dev/null)}")
                compadd -- $words_found || _files
            }
            compdef _tonne tonne
            """,
        ["fish"] = """
            complete -c tonne -a '(tonne "[suggest:"(commandline -C)"]" (commandline -b) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName tonne -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                tonne "[suggest:$cursorPosition]" "$commandAst" | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Build(CommandContext context)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong([.. _scripts.Keys]);
        var command = new Command("completion", "Print the completion script of a shell.") { shell };
        command.SetAction(parsed =>
        {
            context.Out.WriteLine(_scripts[parsed.GetValue(shell)!]);
            return 0;
        });
        return command;
    }
}
