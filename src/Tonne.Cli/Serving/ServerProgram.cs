using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;

namespace Tonne.Cli.Serving;

/// <summary>The executable <c>tonne-server</c>, which takes the place of this process: its signals and streams are then the server's.</summary>
static class ServerProgram
{
    /// <summary>Names the executable, if it is elsewhere.</summary>
    const string Variable = "TONNE_SERVER";

    /// <summary>Starts the server in place of this process.</summary>
    /// <param name="context">Environment and streams.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Exit code, if it could not be started.</returns>
    /// <exception cref="InvalidInputException">It is not there.</exception>
    public static int Start(CommandContext context, IReadOnlyList<string> arguments) => Start(context, arguments, []);

    /// <summary>Starts the server in place of this process, with variables.</summary>
    /// <param name="context">Environment and streams.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Variables for it.</param>
    /// <returns>Exit code, if it could not be started.</returns>
    /// <exception cref="InvalidInputException">It is not there.</exception>
    public static int Start(CommandContext context, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> variables) =>
        Start(context, arguments, Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory), variables);

    /// <summary>Starts the server in place of this process, with settings of the command line.</summary>
    /// <param name="context">Environment and streams.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="further">Further variables; an empty one takes the place of one that is set.</param>
    /// <returns>Exit code, if it could not be started.</returns>
    /// <exception cref="InvalidInputException">It is not there.</exception>
    public static int Start(
        CommandContext context, IReadOnlyList<string> arguments, Settings settings, IReadOnlyList<KeyValuePair<string, string>> further)
    {
        var executable = Find(context);
        // The server reads no settings files: it gets what they say.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { [Setting.Home.Variable] = settings.Home, [Setting.Calibration.Variable] = settings.CalibrationFile };
        foreach (var setting in new[] { Setting.Sysroot, Setting.Nvml, Setting.Meter, Setting.Pue })
        {
            if (settings[setting] is { } value)
                variables[setting.Variable] = value;
        }

        if (settings[Setting.Calibration] == "none")
            variables[Setting.Calibration.Variable] = "none";
        foreach (var (name, value) in further)
            variables[name] = value;
        context.Out.Flush();
        return context.ReplaceProcess([executable, .. arguments], variables);
    }

    static string Find(CommandContext context)
    {
        if (context.GetVariable(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? Path.GetFullPath(named)
                : throw new InvalidInputException($"{Variable} names {named}, which is not there. Build the server: ./tonne serve --help in the clone does, or leave the variable out.");
        }

        var name = OperatingSystem.IsWindows() ? "tonne-server.exe" : "tonne-server";
        var own = AppContext.BaseDirectory;
        // Beside tonne as it is packaged, in the folders that ./tonne builds, or where 'dotnet build' puts it.
        string[] places =
        [
            Path.Combine(own, name),
            Path.Combine(own, "server", name),
            Path.Combine(own, "..", "server", "app", name),
            Path.Combine(own, "..", "..", "server", "app", name),
            Path.Combine(own, "..", "..", "Tonne.Server", Path.GetFileName(Path.TrimEndingDirectorySeparator(own)), name),
        ];
        return Array.Find(places, File.Exists) is { } found ? Path.GetFullPath(found)
            : throw new InvalidInputException(
                $"the server, {name}, is not beside {Path.TrimEndingDirectorySeparator(own)}: it was not built. In a clone ./tonne builds it at the first 'tonne serve'; or dotnet build src/Tonne.Server, or name it in {Variable}.");
    }
}
