namespace Tonne.Cli.Tests;

/// <summary>A command line without a process: what is typed goes in, what is printed comes out.</summary>
sealed class Terminal : IDisposable
{
    readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public string Folder { get; } = Directory.CreateTempSubdirectory("tonne-cli-").FullName;

    /// <summary>What standard input has.</summary>
    public string Input { get; set; } = "";

    public string this[string variable]
    {
        set => _variables[variable] = value;
    }

    public (int Code, string Out, string Error) Type(params string[] words)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = Cli.Commands.CommandLine.Invoke(words, CreateContext(output, error));
        return (code, output.ToString(), error.ToString());
    }

    public CommandContext CreateContext(TextWriter? output = null, TextWriter? error = null) =>
        new(TimeProvider.System, output ?? TextWriter.Null, error ?? TextWriter.Null, Variable, Folder, IsOutTerminal: false, IsErrorTerminal: false, Width: 80)
        {
            OpenInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Input)),
        };

    public string? Variable(string name) => _variables.TryGetValue(name, out var value) ? value
        : name is "HOME" ? Folder : name is "TONNE_HOME" ? Path.Combine(Folder, "ledger") : null;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
